"""Programs that a test starts: a test without its program is skipped, and says so."""

from __future__ import annotations

import pytest

from mooring.observability.programs import Program, ProgramMissing


def path_or_skip(program: Program) -> str:
    """Where the program is; skips the test where it is not installed."""
    try:
        return program.path
    except ProgramMissing as missing:
        pytest.skip(str(missing))
