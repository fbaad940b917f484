"""How long it takes to bin and to test 100 features of a million rows.

    PYTHONPATH=src/python:. python -m tests.performance.drift_binning [ROUNDS]

A week of seven days: 70 features of numbers (20 of them mostly zero, 10 with gaps), 10 of booleans
and 20 of strings, half of all clustered by day; the reference has 17 days of 1,000 rows. Rows come
in frames as the tables give them, which are made before the clock starts. One thread: polars and
the libraries below numpy are held to one before they are loaded. Prints the medians of the rounds,
in seconds of the clock and of the processor, as one JSON document.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median

import numpy as np
import polars as pl

from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.drift.naming import named
from mooring.drift.reference import Reference, reference_of
from mooring.monitor.judging.difference import difference_of
from mooring.monitor.judging.soundness import broken_days
from mooring.monitor.judging.summarise import summarise
from mooring.monitor.judging.window import judge_window
from mooring.monitor.judging.windows import Window
from mooring.monitor.watching import Watching

ROWS, DAYS, FRAME = 1_000_000, 7, 65_536
NUMBERS, ZEROS, GAPS, BOOLEANS, STRINGS = 40, 20, 10, 10, 20
FIRST = date(2026, 3, 2)
ROUNDS = 5

_ONE_THREAD = dict.fromkeys(
    ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


def contract() -> Contract:
    """100 features, every other one clustered."""
    kinds = (
        *[Feature(name="number", kind="float", nullable=True, example=1.0)]
        * (NUMBERS + ZEROS + GAPS),
        *[Feature(name="boolean", kind="boolean", example=True)] * BOOLEANS,
        *[Feature(name="string", kind="string", open=True, example="a")] * STRINGS,
    )
    features = tuple(
        kind.model_copy(update={"name": f"f{n:03}", "cluster": "day" if n % 2 else None})
        for n, kind in enumerate(kinds)
    )
    prediction = Prediction(name="late", kind="probability", label="was_late")
    return Contract(name="wide", version="1.0", features=features, prediction=prediction)


def values(rows: int, chance: np.random.Generator) -> dict[str, np.ndarray]:
    """Columns of so many rows, NaN for gaps."""
    names = [feature.name for feature in contract().features]
    columns = [_column(n, rows, chance) for n in range(len(names))]
    return dict(zip(names, columns, strict=True))


def _column(number: int, rows: int, chance: np.random.Generator) -> np.ndarray:
    if number < NUMBERS:
        return chance.normal(size=rows)
    if number < NUMBERS + ZEROS:
        return np.where(chance.random(rows) < 0.8, 0.0, chance.exponential(size=rows))
    if number < NUMBERS + ZEROS + GAPS:
        return np.where(chance.random(rows) < 0.1, np.nan, chance.normal(size=rows))
    if number < NUMBERS + ZEROS + GAPS + BOOLEANS:
        return (chance.random(rows) < 0.3).astype(np.float64)
    return np.array([f"name-{n}" for n in range(30)], dtype=object)[chance.integers(0, 30, rows)]


def reference() -> Reference:
    """17 days of 1,000 rows."""
    chance = np.random.default_rng(1)
    rows = 17_000
    p = chance.random(rows)
    days = np.repeat(np.arange(17), 1_000)
    labels = (chance.random(rows) < p).astype(np.float64)
    return reference_of(contract(), values(rows, chance), p, days, (p, labels))


def frames(day: date) -> Iterator[pl.DataFrame]:
    """The frames of a day."""
    chance = np.random.default_rng(day.toordinal())
    left = ROWS // DAYS
    while left > 0:
        rows = min(FRAME, left)
        yield _frame(day, rows, left, chance)
        left -= rows


def _frame(day: date, rows: int, left: int, chance: np.random.Generator) -> pl.DataFrame:
    p = chance.random(rows)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    plain = pl.DataFrame({
        "prediction_id": [f"{day:%y%m%d}{left:010x}{row:012x}-0" for row in range(rows)],
        "prediction": p,
        "label": (chance.random(rows) < p).astype(np.float64),
        **values(rows, chance),
    }, nan_to_null=True)  # fmt: skip
    return plain.with_columns(
        *(pl.col(f.name).cast(pl.Boolean) for f in contract().features if f.kind == "boolean"),
        version=pl.lit(3, pl.Int64),
        role=pl.lit("champion"),
        contract=pl.lit(contract().digest),
        state=pl.lit("held"),
        at=pl.lit(at).cast(pl.Datetime("ms", "UTC")),
    )


def measure(rounds: int) -> dict[str, float]:
    """The median seconds of binning; of testing each feature and looking for bugs; of both; and of
    the whole judgement, which adds a classifier and the bands of what is expected.
    """
    then, promised, watching = reference(), contract(), Watching()
    window = Window(FIRST, FIRST + timedelta(days=DAYS))
    read = {day: list(frames(day)) for day in window.dates}
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        began = _now()
        days = [summarise(then, promised, read[day], version=3, day=day) for day in window.dates]
        binned = _now()
        assert sum(day.rows for day in days) == ROWS // DAYS * DAYS, "rows were left out"
        differences = {f.name: difference_of(f, then, days, watching) for f in promised.features}
        named({name: each.p for name, each in differences.items()})
        broken_days(then, promised, days)
        tested = _now()
        judge_window(then, promised, watching, window, 3, days)
        judged = _now()
        _add(found, "binned", began, binned)
        _add(found, "tested", binned, tested)
        _add(found, "binned and tested", began, tested)
        _add(found, "judged", tested, judged)
    return {name: round(median(seconds), 2) for name, seconds in found.items()}


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _add(
    found: dict[str, list[float]], name: str, began: tuple[float, float], ended: tuple[float, float]
) -> None:
    found.setdefault(name, []).append(ended[0] - began[0])
    found.setdefault(f"{name} cpu", []).append(ended[1] - began[1])


def main() -> None:
    """Measure in a process of one thread."""
    rounds = sys.argv[1] if len(sys.argv) > 1 else str(ROUNDS)
    if os.environ.get("POLARS_MAX_THREADS") == "1":
        sys.stdout.write(json.dumps(measure(int(rounds))) + "\n")
        return
    command = [sys.executable, "-m", __spec__.name, rounds]
    subprocess.run(command, env=os.environ | _ONE_THREAD, check=True)


if __name__ == "__main__":
    main()
