"""Options that several verbs take, said once; and the workspace that the first of them chose."""

from __future__ import annotations

from typing import Annotated

import typer

from mooring.cli.workspace import Workspace

ModelName = Annotated[str, typer.Argument(help="A folder below models/, such as flight_delay.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
BundleId = Annotated[
    str | None, typer.Option("--bundle", help="Id of a bundle, or its first 16 digits.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; goes into the release and git log.")]
Commit = Annotated[bool, typer.Option("--commit", help="Commit the release instead of saying how.")]
Tracking = Annotated[
    str | None, typer.Option(help="MLflow server; default: SQLite below the home.")
]


def space_of(context: typer.Context) -> Workspace:
    """The workspace of this command."""
    space: Workspace = context.obj
    return space
