"""Verbs about what has been released: take back a challenger."""

from __future__ import annotations

from typing import Annotated

import typer

from mooring.cli.command import command
from mooring.cli.workspace import Workspace

ModelName = Annotated[str, typer.Argument(help="A folder below models/, such as flight_delay.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; goes into the release and git log.")]
Commit = Annotated[bool, typer.Option("--commit", help="Commit the release instead of saying how.")]


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


def _space(context: typer.Context) -> Workspace:
    space: Workspace = context.obj
    return space


VERBS = (withdraw,)
