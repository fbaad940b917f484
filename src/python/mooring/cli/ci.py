"""`mooring ci plan`: what continuous integration has to do for a change.

`python3 -m mooring.delivery.plan` is the same without the product's libraries.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, space_of

app = typer.Typer(no_args_is_help=True, help="For continuous integration.")


@app.callback()
def main() -> None:
    """A group, though it has one verb so far."""


@app.command()
def plan(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="A revision, such as origin/main.")],
    slow: Annotated[bool, typer.Option("--slow", help="Tests that are tagged slow too.")] = False,
    github_output: Annotated[
        Path | None, typer.Option(help="Append outputs for GitHub Actions to this file.")
    ] = None,
    shards: Annotated[int, typer.Option(min=1, help="Parts that the tests are split into.")] = 1,
    json: AsJson = False,
) -> None:
    """Tests, images and Bentos that the changes since a revision need, and why each."""
    with command(json) as out:
        from mooring.delivery.plan.make import make_plan
        from mooring.delivery.plan.report import append_github, to_document, to_text

        with out.step(f"Planning for the changes since {since}"):
            found = make_plan(space_of(context).root, since, slow=slow)
        if github_output:
            append_github(found, shards, github_output)
        out.json(to_document(found)) if json else out.say(to_text(found))
