"""Verbs about what has been released: take it back, describe it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mooring.cli.command import command
from mooring.cli.workspace import Workspace

ModelName = Annotated[str, typer.Argument(help="A folder below models/, such as flight_delay.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; goes into the release and git log.")]
Commit = Annotated[bool, typer.Option("--commit", help="Commit the release instead of saying how.")]

BundleId = Annotated[
    str | None, typer.Option("--bundle", help="Id of a bundle, or its first 16 digits.")
]


def withdraw(
    context: typer.Context,
    model: ModelName,
    reason: Reason = "withdrawn by hand",
    commit: Commit = False,
    json: AsJson = False,
) -> None:
    """Take the challenger back; its version is never given to another bundle."""
    with command(json) as out:
        from mooring.cli.registry import find_model
        from mooring.cli.releasing import show_release, withdraw_model

        known = find_model(model)
        done = withdraw_model(known, _space(context), reason=reason, commit=commit)
        show_release(out, done)


def card(
    context: typer.Context,
    model: ModelName,
    bundle: BundleId = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Where to write it; default: below the home.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Write the model card of the champion, or of a bundle: Markdown, HTML and pictures."""
    with command(json) as out:
        from mooring.cli.carding import card_model
        from mooring.cli.registry import find_model

        written = card_model(find_model(model), _space(context), bundle=bundle, out=out_folder)
        out.result({path.name: str(path) for path in written})


def _space(context: typer.Context) -> Workspace:
    space: Workspace = context.obj
    return space


VERBS = (withdraw, card)
