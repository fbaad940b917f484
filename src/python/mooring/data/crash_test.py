"""A kill at any moment of ingest leaves a dataset that reads as before or as after.

What it leaves beside the dataset, the next ingest sweeps.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.data.dataset import DatasetVersion, read_version
from mooring.data.digest import content_digest
from mooring.data.ingest import table_of
from mooring.data.staging import STAGING, staging

# Ingests two contents by turns, each with a broken row of its own, and tells of every version.
# Runs are small, so that they are spilled and merged as those of a large dataset.
PROGRAM = """
import sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
import polars as pl
from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.data.ingest import ingest
from mooring.data.source import DataSource, Extract

wind = Feature(name="wind", kind="float", le=1000.0, example=1.0)
late = Prediction(name="late", kind="probability", label="was_late")
contract = Contract(name="voyage", version="1.0", features=(wind,), prediction=late)
start = datetime(2013, 1, 1, tzinfo=UTC)

def extract(turn):
    hours = range(2_000)
    return Extract(pl.DataFrame({
        "row_id": [f"{h}" for h in hours],
        "event_time": [start + timedelta(hours=h) for h in hours],
        "wind": [2_000.0 + turn, *(float(h % 90 + turn) for h in hours[1:])],
        "was_late": [h % 2 == 0 for h in hours],
    }))

turn = 0
while True:
    turn = 1 - turn
    made = ingest(DataSource(contract, lambda: extract(turn)), Path(sys.argv[1]), run_bytes=20_000)
    print(made.dataset.model_dump_json(), flush=True)
"""


@pytest.mark.parametrize("delay", [0.001, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06])
def test_a_killed_ingest_leaves_a_version_that_is_whole(tmp_path: Path, delay: float) -> None:
    told = killed_after(tmp_path, delay)
    found, rows = read_version(table_of(tmp_path, "voyage"))
    assert found.version >= told[-1].version
    assert found.sha256 in {version.sha256 for version in told}
    assert content_digest(rows) == found.sha256
    for version in told:
        assert content_digest(read_version(table_of(tmp_path, "voyage"), version.version)[1]) == (
            version.sha256
        )
    swept_by_the_next(tmp_path)


def swept_by_the_next(data: Path) -> None:
    dataset = data / "voyage"
    with staging(dataset):
        (own,) = dataset.glob(".*")  # what a kill left is gone, and this one's is here
        assert own.name.startswith(STAGING)
    assert not list(dataset.glob(".*"))
    commits = "".join(path.read_text() for path in dataset.glob("*/_delta_log/*.json"))
    assert all(part.name in commits for part in dataset.rglob("*.parquet"))


def killed_after(data: Path, delay: float) -> list[DatasetVersion]:
    """Let a child write a few versions, kill it somewhere in the next, and return what it told."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", PROGRAM, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(3)]
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(delay)
        child.kill()
        told += child.stdout.readlines()
    whole = [line for line in told if line.endswith("\n")]
    return [DatasetVersion.model_validate_json(line) for line in whole]
