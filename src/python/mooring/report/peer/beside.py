"""Evidently's report on the same rows, made by a process with libraries of its own.

Its program is a PEX that nobody needs for anything else: `./pants package` builds it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mooring.bundle.atomic import write_file
from mooring.contract.columns import NULL_STRING
from mooring.contract.contract import Contract
from mooring.drift.bins import CategoryBins
from mooring.drift.reference import Reference
from mooring.report.errors import PeerFailed

_BUILD = "./pants --tag=\"['slow']\" package src/python/mooring/report/peer:evidently"
_PEX = Path("src.python.mooring.report.peer") / "evidently.pex"

# It takes seconds for so many rows of fifteen columns, and no longer answers for ten times as many.
MOST_ROWS = 20_000
_SECONDS = 600

# What would be markup in a page that is not ours to escape.
_MARKUP = str.maketrans(dict.fromkeys("<>&\"'\\`", "·"))


@dataclass(frozen=True)
class Compared:
    """Rows of the reference and of the window with the same columns; `of` says what they are."""

    reference: pl.DataFrame
    window: pl.DataFrame
    of: str


def columns_of(contract: Contract, reference: Reference, rows: pl.DataFrame) -> pl.DataFrame:
    """The features that may be shown, at most `MOST_ROWS` rows, the same ones each time.

    Names of categories are those of the reference's bins: what callers send is in no page that
    others draw.
    """
    few = rows.sample(MOST_ROWS, seed=0) if len(rows) > MOST_ROWS else rows
    shown = [f.name for f in contract.features if not f.sensitive and f.name in rows.columns]
    return few.select(_column(reference, few[name]) for name in shown)


def write_evidently(compared: Compared, path: Path, program: Path) -> None:
    """Let it write its page to `path`. Raises PeerFailed."""
    names = [name for name in compared.window.columns if name in compared.reference.columns]
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        compared.reference.select(names).write_parquet(folder / "reference.parquet")
        compared.window.select(names).write_parquet(folder / "window.parquet")
        _run(program, folder)
        write_file(path, (folder / "report.html").read_bytes())


def program_in(folders: Iterable[Path]) -> Path:
    """The program below one of these folders, or their `dist`. Raises PeerFailed."""
    for folder in folders:
        for place in (folder, folder / "dist"):
            if (place / _PEX).exists():
                return (place / _PEX).absolute()
    raise PeerFailed(
        "evidently is not built, so its report is left out",
        place=f"dist/{_PEX}",
        cure=f"Run `{_BUILD}` in a checkout, and ask again.",
    )


def _column(reference: Reference, values: pl.Series) -> pl.Series:
    bins = reference.feature(values.name).bins
    if not isinstance(bins, CategoryBins):
        return values.cast(pl.Float64)
    known = {name: name.translate(_MARKUP) for name in bins.categories}
    told = {**known, NULL_STRING: "missing"}
    return values.cast(pl.String).fill_null(NULL_STRING).replace_strict(told, default="other")


def _run(program: Path, folder: Path) -> None:
    # It counts its users; nobody is asked for anything here.
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    command = [str(program), str(folder)]
    try:
        done = subprocess.run(
            command, env=environment, check=False, capture_output=True, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(program, type(error).__name__) from error
    if done.returncode or not (folder / "report.html").exists():
        raise _failed(program, f"it ended with {done.returncode}{_kind(done.stderr)}")


def _kind(errors: bytes) -> str:
    """The name of the exception that ended it; what it says may hold values."""
    last = errors.decode(errors="replace").strip().rpartition("\n")[2]
    name = last.partition(":")[0]
    return f", {name}" if name.replace(".", "").isidentifier() else ""


def _failed(program: Path, reason: str) -> PeerFailed:
    return PeerFailed(
        f"evidently made no report: {reason}",
        place=str(program),
        cure=f"Build it again: `{_BUILD}`.",
    )
