"""Looking into the logs below a home, and erasing from them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from mooring.cli.console import Output
from mooring.cli.errors import NothingLogged
from mooring.monitor.tables.erasure import Forgotten, forget
from mooring.monitor.tables.layout import MONITOR, Tables
from mooring.predictionlog.cloudevents import as_cloudevents
from mooring.predictionlog.context import Log
from mooring.predictionlog.erasure import Erased, erase
from mooring.predictionlog.errors import DamagedSegment
from mooring.predictionlog.layout import MODEL_NAME, OPEN, SegmentName, gateways, segments
from mooring.predictionlog.reader import predictions, read
from mooring.predictionlog.records import Predictions, Records
from mooring.predictionlog.scan import examine

_LOGS: tuple[Log, ...] = ("predictions", "feedback")

State = Literal["sealed", "open", "damaged"]


@dataclass(frozen=True)
class Segment:
    """One file: `torn` bytes were cut off its end by a recovery, `problem` says what is amiss."""

    log: Log
    gateway: str
    path: str
    opened: str
    records: int
    bytes: int
    state: State
    torn: int
    problem: str


@dataclass(frozen=True)
class Wanted:
    """What is asked for; without ids the newest `limit` rows."""

    model: str
    ids: frozenset[str]
    limit: int


def list_log(home: Path, model: str) -> list[Segment]:
    """All files of a model's logs. Raises NothingLogged."""
    found = [
        _segment(log, folder, path)
        for log in _LOGS
        for folder in gateways(home, log, _checked(model))
        for path in sorted([*segments(folder), *segments(folder, OPEN)])
    ]
    if not found:
        raise _nothing(home, model)
    return found


def show_segments(out: Output, model: str, found: Sequence[Segment]) -> None:
    """Print a table for people, one document for scripts."""
    header = ["log", "gateway", "opened", "records", "bytes", "state"]
    rows = [
        [s.log, s.gateway, s.opened, str(s.records), str(s.bytes), f"{s.state} {s.problem}".strip()]
        for s in found
    ]
    out.rows(f"Logs of {model}", header, rows)
    if out.as_json:
        out.json([asdict(segment) for segment in found])


def rows_of(home: Path, log: Log, wanted: Wanted) -> list[dict[str, Any]]:
    """The newest rows that are wanted, in the order of the log. Raises NothingLogged."""
    read_rows = (row for batch in _batches(home, log, wanted) for row in batch.rows())
    rows = (row for row in read_rows if not wanted.ids or row["prediction_id"] in wanted.ids)
    found = list(deque(rows, wanted.limit))
    if not found:
        raise _nothing(home, wanted.model)
    return found


def events_of(home: Path, wanted: Wanted) -> list[dict[str, Any]]:
    """The newest predictions that are wanted, as CloudEvents. Raises NothingLogged."""
    kept: deque[Predictions] = deque(maxlen=wanted.limit)
    for batch in predictions(home, _checked(wanted.model), _passed_over):
        kept.extend(
            batch.only([row])
            for row, name in enumerate(batch.ids)
            if not wanted.ids or name in wanted.ids
        )
    if not kept:
        raise _nothing(home, wanted.model)
    return [event for batch in kept for event in as_cloudevents(batch)]


def show_rows(out: Output, log: Log, model: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print a table for people, one document for scripts."""
    names = ("prediction", "features") if log == "predictions" else ("label", "right")
    shown = [
        [
            row["prediction_id"],
            _time(row.get("at") or row["received_at"]),
            *(str(row[n]) for n in names),
        ]
        for row in rows
    ]
    out.rows(f"{log.capitalize()} of {model}", ["id", "time", *names], shown)
    if out.as_json:
        out.json(list(rows))


def erase_everywhere(home: Path, model: str, ids: Sequence[str]) -> tuple[Erased, Forgotten]:
    """Erase predictions and their labels from the log, then from what the monitor took over.

    In that order: what it takes over meanwhile is in the tables when they are searched. Raises
    UnreadableLog, TablesUnwritable.
    """
    done = erase(home, _checked(model), ids)
    return done, forget(Tables(home / MONITOR, home, model), ids)


def show_erased(out: Output, done: Erased, forgotten: Forgotten) -> None:
    """Say what is gone, and what may still be there."""
    out.result(
        {
            "predictions": done.predictions + forgotten.predictions,
            "labels": done.labels + forgotten.labels,
            "rewritten": [str(path) for path in done.rewritten],
            "open": [str(path) for path in done.open],
            "damaged": [str(path) for path in (*done.damaged, *forgotten.unsearched)],
        }
    )
    if done.open:
        out.note("Some files are open at a gateway; erase again when they are sealed.")


def _batches(home: Path, log: Log, wanted: Wanted) -> Iterator[Records]:
    return (batch for _, batch in read(home, log, _checked(wanted.model), _passed_over))


def _passed_over(damage: DamagedSegment) -> None:
    """What can be read is shown; `list` tells of damage."""


def _segment(log: Log, folder: Path, path: Path) -> Segment:
    found = examine(path)
    name = SegmentName.of(path)
    is_open = path.suffix == OPEN
    problem = found.problem or ("" if found.sealed else "it ends without its last frame")
    return Segment(
        log,
        folder.name,
        str(path),
        _time(name.opened) if name else "",
        found.rows,
        found.size,
        "open" if is_open else "damaged" if problem else "sealed",
        found.cut,
        "" if is_open else problem,
    )


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC).isoformat(timespec="seconds")


def _checked(model: str) -> str:
    """A model's name is a folder's: nothing that leads elsewhere."""
    if not MODEL_NAME.fullmatch(model):
        raise NothingLogged("it is not the name of a model", cure="Use letters, digits and _.")
    return model


def _nothing(home: Path, model: str) -> NothingLogged:
    cure = "A gateway's segment is sealed after a minute; see `mooring predictions list`."
    return NothingLogged("nothing of that is sealed", place=f"{model} in {home}", cure=cure)
