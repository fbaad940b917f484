"""How fast the monitor takes predictions over and joins them, and in what memory.

    python -m tests.performance.monitor_tables [--records 10000000]    one JSON object

One record a request, a dozen features, one in ten labelled, events of thirty days. Another process
writes the log, a round at a time, in the format of the gateway's writer; times are of the clock and
of the processor, so that what else the machine does can be told apart.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.joined import days, joined
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.upkeep import compact
from mooring.predictionlog.context import Context, Log, LoggedFeature
from mooring.predictionlog.entries import PredictionEntry
from mooring.predictionlog.files import Disk
from mooring.predictionlog.frames import Frame, Kind
from mooring.predictionlog.layout import SEALED, SegmentName, log_folder
from mooring.predictionlog.records import Labels
from mooring.predictionlog.segment import write_sealed

_MODEL, _DAYS, _DAY_MS, _START = "voyage_delay", 30, 86_400_000, 1_364_774_400_000
_TEXTS, _NUMBERS = ("carrier", "origin", "dest"), tuple(f"x{number}" for number in range(9))
_CONTEXT = Context(
    log="predictions", model=_MODEL, version=3, bundle="b" * 64, contract="c" * 64,
    features=(
        *(LoggedFeature(name, "string") for name in _TEXTS),
        *(LoggedFeature(name, "float") for name in _NUMBERS),
    ),
)  # fmt: skip
_LABELS = Context(log="feedback", model=_MODEL)

# A segment is sealed at 16 MiB, which is about so many.
_SEGMENT_ROWS, _ROUND_ROWS, _LABELLED_EVERY = 45_000, 450_000, 10


@dataclass(frozen=True)
class Spent:
    """Seconds of the clock and of the processor."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> Spent:
        """From some beginning."""
        return cls(time.perf_counter(), time.process_time())

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.processor + other.processor)

    def since(self) -> Spent:
        """What has been spent from then until now."""
        now = Spent.now()
        return Spent(now.clock - self.clock, now.processor - self.processor)


def measure(folder: Path, records: int) -> dict[str, float]:
    """Write, take over, compact and join so many records."""
    tables = Tables(folder / "monitor", folder / "log", _MODEL)
    collecting = Spent(0, 0)
    peaks = []
    for start in range(0, records, _ROUND_ROWS):
        _elsewhere(tables, start, min(start + _ROUND_ROWS, records), records)
        begun = Spent.now()
        found = collect(tables)
        collecting += begun.since()
        peaks.append(_peak_mb())
    begun = Spent.now()
    compact(tables)
    compacting = begun.since()
    begun = Spent.now()
    frames = (frame for day in days(tables) for frame in joined(tables, day))
    rows = held = 0
    for frame in frames:
        rows += len(frame)
        held += int((frame["state"] == "held").sum())
    joining = begun.since()
    return {
        "predictions": found.totals.predictions,
        "labels": found.totals.labels,
        "joined_rows": rows,
        "joined_labels": held,
        "collect_rows_per_second": round(records / collecting.clock),
        "collect_us_of_processor": round(collecting.processor / records * 1e6, 1),
        "compact_rows_per_second": round(records / compacting.clock),
        "join_rows_per_second": round(records / joining.clock),
        "peak_mb_of_first_round": round(peaks[0]),
        "peak_mb_of_collecting": round(peaks[-1]),
        "peak_mb": round(_peak_mb()),
        "table_bytes_each": round(_size(tables.predictions) / records, 1),
    }


def _elsewhere(tables: Tables, start: int, end: int, records: int) -> None:
    """Write a round in a process of its own: its memory is not the monitor's."""
    process = multiprocessing.get_context("spawn").Process(
        target=write, args=(tables, start, end, records)
    )
    process.start()
    process.join()
    assert process.exitcode == 0


def write(tables: Tables, start: int, end: int, records: int) -> None:
    """Write sealed segments of the records from `start` to before `end`."""
    payloads = [_payload(number) for number in range(1_000)]
    for first in range(start, end, _SEGMENT_ROWS):
        numbers = range(first, min(first + _SEGMENT_ROWS, end))
        rows = (_row(number, records, payloads) for number in numbers)
        _seal(tables, "predictions", first, _CONTEXT, rows)
        _seal(tables, "feedback", first, _LABELS, _labels(numbers, records))


def _row(number: int, records: int, payloads: list[bytes]) -> Frame:
    stem, at = _name(number, records)[:-2], _at(number, records)
    head = b'{"stem":"%s","first":0,"at":%d,' % (stem.encode(), at)
    return Frame(Kind.ROWS, head + payloads[number % 1_000], number + 1, _CONTEXT.key, 1)


def _labels(numbers: range, records: int) -> Iterator[Frame]:
    chosen = numbers[::_LABELLED_EVERY]
    for first in range(0, len(chosen), 256):
        some = chosen[first : first + 256]
        said = Labels(
            context=_LABELS, ids=tuple(_name(number, records) for number in some),
            labels=tuple(float(number % 3 == 0) for number in some),
            observed=tuple(_at(number, records) + 7_200_000 for number in some),
            received=_at(some[-1], records) + 7_500_000, caller="client", right="predictor",
            conflicts=(False,) * len(some),
        )  # fmt: skip
        yield Frame(Kind.ROWS, said.payload(), first + 1, _LABELS.key, len(some))


def _payload(number: int) -> bytes:
    """What follows id and time in a payload, as the gateway writes it."""
    draw = np.random.default_rng(number)
    texts = {name: np.array([f"T{number % 17}"], dtype=object) for name in _TEXTS}
    numbers = {name: draw.normal(size=1).round(2) for name in _NUMBERS}
    entry = PredictionEntry(
        context=_CONTEXT, ids=["a-0"], at=0, seconds=0.0012, trace=f"{number:032x}",
        caller="client", protocol="native", values=draw.uniform(size=1),
        columns={**texts, **numbers},
    )  # fmt: skip
    (part,) = entry.parts()
    head, found, rest = part.payload.partition(b'"at":0,')
    assert found and head == b'{"stem":"a","first":0,'  # noqa: PT018
    return rest


def _seal(tables: Tables, log: Log, first: int, context: Context, rows: Iterator[Frame]) -> None:
    folder = log_folder(tables.log, log, _MODEL, "gateway-1")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{SegmentName(_START + first, '0' * 8, first + 1)}{SEALED}"

    def frames() -> Iterator[Frame]:
        yield context.frame()
        yield from rows

    write_sealed(Disk(), path, frames())


def _at(number: int, records: int) -> int:
    return _START + number * _DAYS * _DAY_MS // records


def _name(number: int, records: int) -> str:
    return f"{_at(number, records):012x}{number * 0x9E3779B97F4A7C15 % (1 << 64):044x}-0"


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=10_000_000)
    with tempfile.TemporaryDirectory() as home:
        print(json.dumps(measure(Path(home), parser.parse_args().records)))  # noqa: T201


if __name__ == "__main__":
    main()
