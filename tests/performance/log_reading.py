"""How large a log of predictions is, how fast it is written and read, and in what memory.

    python -m tests.performance.log_reading [--records 200000]    one JSON object

One record a request, a dozen features, as the gateway hands them over; the writer is the real
process. The reader then goes through all of it, as a monitor does. Times are processor time for
each record: what else the machine does is not counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from mooring.predictionlog.context import Context, LoggedFeature
from mooring.predictionlog.entries import PredictionEntry
from mooring.predictionlog.feed import Feed
from mooring.predictionlog.ledger import Bounds
from mooring.predictionlog.reader import predictions
from mooring.predictionlog.testing.writers import Starter

_TEXTS, _NUMBERS = ("carrier", "origin", "dest"), tuple(f"x{number}" for number in range(9))
_CONTEXT = Context(
    log="predictions", model="voyage_delay", version=3, bundle="b" * 64, contract="c" * 64,
    features=(
        *(LoggedFeature(name, "string") for name in _TEXTS),
        *(LoggedFeature(name, "float") for name in _NUMBERS),
    ),
)  # fmt: skip


def measure(home: Path, records: int) -> dict[str, float]:
    """Write and read so many records in `home`."""
    entries = [_entry(number) for number in range(1_000)]
    feed = Feed(Starter(home), Bounds(records=records, bytes=1 << 34))
    started = time.thread_time()
    for number in range(records):
        feed.accept(entries[number % len(entries)])
    accepting = time.thread_time() - started
    started = time.process_time()
    feed.open()
    feed.close(600)
    handing_over = time.process_time() - started
    size = sum(path.stat().st_size for path in home.rglob("*.segment"))
    before_reading = _peak_mb()
    started = time.process_time()
    read = sum(len(batch.ids) for batch in predictions(home, "voyage_delay"))
    reading = time.process_time() - started
    return {
        "records": read,
        "bytes_each": round(size / read, 1),
        "accept_us": round(accepting / records * 1e6, 2),
        "hand_over_us": round(handing_over / records * 1e6, 2),
        "read_us": round(reading / records * 1e6, 2),
        "reader_grew_mb": round(_peak_mb() - before_reading, 1),
    }


def _entry(number: int) -> PredictionEntry:
    draw = np.random.default_rng(number)
    texts = {name: np.array([f"T{number % 17}"], dtype=object) for name in _TEXTS}
    numbers = {name: draw.normal(size=1).round(2) for name in _NUMBERS}
    return PredictionEntry(
        context=_CONTEXT, ids=[f"{number:057x}-0"], at=1_767_225_600_000, seconds=0.0012,
        trace=f"{number:032x}", caller="client", protocol="native",
        values=draw.uniform(size=1), columns={**texts, **numbers},
    )  # fmt: skip


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=200_000)
    with tempfile.TemporaryDirectory() as home:
        print(json.dumps(measure(Path(home), parser.parse_args().records)))  # noqa: T201


if __name__ == "__main__":
    main()
