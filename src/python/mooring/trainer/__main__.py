"""`python -m mooring.trainer`: the verbs that jobs of an incident need, and no other.

The image of jobs holds what these import; the whole command would bring along gateways, boards and
notebooks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mooring.cli import retraining
from mooring.cli.workspace import workspace_from

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def main(
    context: typer.Context,
    workspace: Annotated[
        Path | None, typer.Option(help="The folder with models/; default: $MOORING_ROOT.")
    ] = None,
    home: Annotated[Path | None, typer.Option(help="State folder; default: $MOORING_HOME.")] = None,
) -> None:
    """Options before the verb choose where things lie."""
    context.obj = workspace_from(root=workspace, home=home)


for verb in retraining.VERBS:
    app.command()(verb)

if __name__ == "__main__":
    app()
