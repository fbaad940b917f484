"""What every verb has in common: errors become one message and a status, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from mooring.cli.console import Output
from mooring.cli.interrupts import Interrupted, interruptible
from mooring.contract.errors import MooringError


@contextmanager
def command(as_json: bool) -> Iterator[Output]:
    """One command: errors become one message and a status, interrupts the shell's own status."""
    out = Output(as_json=as_json)
    with interruptible():
        try:
            yield out
        except MooringError as error:
            _fail(out, error)
        except Interrupted as interrupted:
            raise typer.Exit(interrupted.status) from None


def _fail(out: Output, error: MooringError) -> NoReturn:
    if out.as_json:
        told = {"problem": error.problem, "place": error.place, "cure": error.cure}
        out.json({"error": {"kind": type(error).__name__, **told}})
    else:
        out.note(f"mooring: {error}")
    raise typer.Exit(1)
