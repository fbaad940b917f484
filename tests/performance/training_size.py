"""How long `flight_delay` takes to learn from the whole year of 2013, and how much memory.

    PYTHONPATH=src/python:. python -m tests.performance.training_size [RUNS]

Every run is a process of its own that does what `mooring train` does: it reads the dataset version,
trains, and tracks with MLflow on a new SQLite. Ingesting, done once before, is not counted. Prints
the medians as one JSON document: by stage and in total the seconds of the clock and, as "… cpu",
of the processor, which other work on the machine does not stretch; and the peak of resident memory.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median

DEPARTURES = 336_776
Measured = dict[str, float]


def measure(folder: Path, runs: int) -> Measured:
    """Ingest the year below `folder`, train so many times, and return the median of each number."""
    from models.flight_delay.data import SOURCE
    from mooring.data.ingest import ingest

    dataset = ingest(SOURCE, folder / "data").dataset
    assert dataset.rows + sum(dataset.left_out.values()) == DEPARTURES
    found = [_in_a_process(folder / "data", folder / f"home-{run}") for run in range(runs)]
    return {name: round(median(one[name] for one in found), 2) for name in found[0]}


def _in_a_process(data: Path, home: Path) -> Measured:
    command = [sys.executable, "-W", "ignore", "-m", __spec__.name, "train", str(data), str(home)]
    path = os.pathsep.join(os.path.abspath(p) for p in sys.path if p)
    began = time.perf_counter()
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, check=True
    )
    told: Measured = json.loads(done.stdout.splitlines()[-1])
    return told | {"process": time.perf_counter() - began}


def _train(data: Path, home: Path) -> Measured:
    """Train in this process; seconds by stage, in the order in which they come."""
    stages = [_now("import")]
    from models.flight_delay.pipeline import PLAN
    from mooring.bundle.manifest import Period
    from mooring.data.dataset import read_version
    from mooring.data.ingest import table_of
    from mooring.training.mlflow_tracker import sqlite_tracker
    from mooring.training.plan import TimeSplit
    from mooring.training.train import train

    stages.append(_now("read"))
    split = TimeSplit(
        fit=Period(start="2013-01-01", end="2013-10-31"),
        calibrate=Period(start="2013-11-01", end="2013-11-30"),
        holdout=Period(start="2013-12-01", end="2014-01-01"),
    )
    dataset, rows = read_version(table_of(data, PLAN.contract.name))
    stages.append(_now("open the run"))
    train(
        replace(PLAN, split=split), dataset, rows, home / "bundles", sqlite_tracker(home),
        progress=lambda stage: stages.append(_now(stage)),
    )  # fmt: skip
    stages.append(_now("total"))
    found: Measured = {}
    for (name, clock, cpu), (_, then_clock, then_cpu) in pairwise(stages):
        found |= {name: then_clock - clock, f"{name} cpu": then_cpu - cpu}
    _, clock, cpu = stages[-1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found | {"total": clock - stages[0][1], "total cpu": cpu, "peak MB": peak}


def _now(stage: str) -> tuple[str, float, float]:
    return stage, time.perf_counter(), time.process_time()


def main(arguments: list[str]) -> None:
    """Measure, or be the process that is measured."""
    if arguments[:1] == ["train"]:
        sys.stdout.write(json.dumps(_train(Path(arguments[1]), Path(arguments[2]))) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), int(arguments[0]) if arguments else 3)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
