"""Logs of an invented model as gateways leave them, and what its tables hold of them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mooring.monitor.tables.joined import days, joined
from mooring.monitor.tables.layout import Tables
from mooring.predictionlog.context import Context, Log, LoggedFeature
from mooring.predictionlog.entries import Entry, LabelEntry, PredictionEntry
from mooring.predictionlog.files import Disk
from mooring.predictionlog.frames import Frame, Kind
from mooring.predictionlog.layout import SEALED, SegmentName, log_folder
from mooring.predictionlog.records import Labels, Right
from mooring.predictionlog.segment import write_sealed

MODEL, GATEWAY = "voyage_delay", "gateway-1"

FEATURES = (LoggedFeature("origin", "string"), LoggedFeature("hour", "integer"))
CONTEXT = Context(
    log="predictions", model=MODEL, version=3, bundle="b" * 64, contract="c" * 64, features=FEATURES
)
LABEL_CONTEXT = Context(log="feedback", model=MODEL)

DAY = date(2013, 4, 1)
HOUR_MS = 3_600_000

# No two processes have one, and none gives a name twice.
PROCESS = secrets.token_hex(4)
_numbers = itertools.count(1)


def tables_in(folder: Path) -> Tables:
    """Tables of the invented model, and its log beside them."""
    return Tables(folder / "monitor", folder / "log", MODEL)


def noon(day: date = DAY) -> int:
    """Noon of a day (UTC) in milliseconds since the epoch."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1_000)


def name_of(number: int, made: int | None = None) -> str:
    """The id of a prediction as a gateway makes it: the time it was made, and what tells it from
    others.
    """
    return f"{noon() if made is None else made:012x}{number:044x}-0"


def predictions(
    *names: str,
    at: int | None = None,
    caller: str = "key-1",
    context: Context = CONTEXT,
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> PredictionEntry:
    """Predictions of one request; the value of the n-th is n/100, its hour n."""
    rows = len(names)
    given = columns or {"origin": ["JFK"] * rows, "hour": [float(row) for row in range(rows)]}
    return PredictionEntry(
        context=context, ids=names, at=noon() if at is None else at, seconds=0.001,
        trace="0" * 32, caller=caller, protocol="native", values=np.arange(rows) / 100.0,
        columns={name: _column(column) for name, column in given.items()}, key=b"k",
    )  # fmt: skip


def labels(
    said: dict[str, float],
    *,
    caller: str = "key-1",
    right: Right = "predictor",
    observed: int | None = None,
    received: int | None = None,
) -> LabelEntry:
    """Labels of one request, by default an hour after noon."""
    seen = noon() + HOUR_MS if observed is None else observed
    return LabelEntry(
        Labels(
            context=LABEL_CONTEXT, ids=tuple(said), labels=tuple(said.values()),
            observed=(seen,) * len(said), received=seen if received is None else received,
            caller=caller, right=right, conflicts=(False,) * len(said),
        )
    )  # fmt: skip


def seal(
    tables: Tables, *entries: Entry, opened: int | None = None, gateway: str = GATEWAY
) -> Path:
    """Write the entries of one log as one sealed segment."""
    log: Log = entries[0].stream.log
    folder = log_folder(tables.log, log, tables.model, gateway)
    folder.mkdir(parents=True, exist_ok=True)
    name = SegmentName(noon() if opened is None else opened, PROCESS, next(_numbers))
    path = folder / f"{name}{SEALED}"
    write_sealed(Disk(), path, frames_of(entries))
    return path


def frames_of(entries: Iterable[Entry]) -> Iterator[Frame]:
    """The entries as frames, each context before the first that needs it."""
    known = set[int]()
    parts = (part for entry in entries for part in entry.parts())
    for sequence, part in enumerate(parts, start=1):
        if part.context.key not in known:
            known.add(part.context.key)
            yield part.context.frame()
        yield Frame(Kind.ROWS, part.payload, sequence, part.context.key, part.rows)


def rows_of(tables: Tables, day: date = DAY) -> dict[str, dict[str, Any]]:
    """A day's joined rows by id; none has an id twice."""
    found = [row for frame in joined(tables, day) for row in frame.to_dicts()]
    by_id = {row["prediction_id"]: row for row in found}
    assert len(by_id) == len(found)  # noqa: S101
    return by_id


def all_ids(tables: Tables) -> list[str]:
    """The ids of all predictions that are on a day, sorted; twice what is there twice."""
    frames = [frame for day in days(tables) for frame in joined(tables, day)]
    return sorted(pl.concat(frame["prediction_id"] for frame in frames)) if frames else []


def _column(values: Sequence[Any]) -> np.ndarray[Any, Any]:
    text = any(isinstance(value, str) for value in values)
    return np.array(values, dtype=object if text else float)
