"""How fast a monitor counts and judges what was logged, and in what memory.

    python -m tests.performance.monitor_looks [--records 2000000]      one JSON object

Thirty days of a made-up model with eight features, all labelled, in requests of some hundred rows,
a look after each day: take over, join, count the days that changed, judge windows and cohorts.
Another process writes the log, so that memory is the monitor's; it is the slower one. What a log of
single rows costs besides, to be read and taken over, `monitor_tables` tells.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.testing.monitor import Monitor
from mooring.monitor.testing.world import World

_DAYS = 30
# A request a minute, from noon until before midnight.
_REQUESTS = 600
# Rows of the reference's days: it is frozen from a holdout, however much comes later.
_REFERENCE_ROWS = 2_000


class Busy(World):
    """A world whose requests are larger, the more rows a day has."""

    def _batches(self, day: date) -> list[tuple[int, pl.DataFrame]]:
        size = -(-self.rides.rows // _REQUESTS)
        return list(enumerate(self.rides.day(day).iter_slices(size)))


def measure(folder: Path, records: int) -> dict[str, float]:
    """Log so many records day by day, and look after each."""
    rows = records // _DAYS
    world = Busy(folder, Rides(rows=_REFERENCE_ROWS))
    world.promote()
    world.rides = Rides(rows=rows)
    spent = used = 0.0
    peaks = []
    writers = multiprocessing.get_context("spawn").Pool(1)
    with writers as elsewhere, Monitor(world) as monitor:
        for number in range(_DAYS):
            elsewhere.apply(write, (folder, rows, number))
            began = time.perf_counter(), time.process_time()
            monitor.look()
            spent += time.perf_counter() - began[0]
            used += time.process_time() - began[1]
            peaks.append(_peak_mb())
        shown, judged = monitor.shown(), monitor.judged()
    return {
        "predictions": shown["mooring_monitor_rows_total{model=rides}"],
        "labels": shown["mooring_labels_joined_total{model=rides,outcome=joined}"],
        "windows_and_cohorts": len(judged),
        "rows_per_second": round(rows * _DAYS / spent),
        "us_of_processor": round(used / (rows * _DAYS) * 1e6, 1),
        "peak_mb_of_first_look": round(peaks[0]),
        "peak_mb": round(peaks[-1]),
    }


def write(folder: Path, rows: int, number: int) -> None:
    """Log one day, with its labels."""
    Busy(folder, Rides(rows=rows)).log_day(FIRST + timedelta(days=number))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2_000_000)
    with tempfile.TemporaryDirectory() as home:
        print(json.dumps(measure(Path(home), parser.parse_args().records)))  # noqa: T201


if __name__ == "__main__":
    main()
