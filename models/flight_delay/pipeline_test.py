"""The model that is shipped, trained on the real winter: reproducible, the same in both runtimes,
and good enough for its own gate.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.conftest import Flights
from models.flight_delay.contract import CONTRACT
from models.flight_delay.gate import GATE
from models.flight_delay.pipeline import PLAN
from mooring.blessing.evaluation import evaluate
from mooring.bundle.load import load_model, replay
from mooring.bundle.manifest import Manifest
from mooring.data.columns import columns_from
from mooring.data.dataset import between
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.refit import refit_of
from mooring.training.train import Trained, train

HOLDOUT = PLAN.split.holdout

# Trains in a process of its own and prints the bundle's manifest.
PROGRAM = """
import sys
from pathlib import Path
from models.flight_delay.pipeline import PLAN
from mooring.data.dataset import read_version
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.refit import refit_of
from mooring.training.train import train

found = read_version(Path(sys.argv[1]))
made = train(PLAN, *found, Path("bundles").absolute(), MemoryTracker())
print(made.bundle.manifest.model_dump_json())
"""


@pytest.fixture(scope="module")
def trained(winter: Flights, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    store = tmp_path_factory.mktemp("bundles")
    return train(PLAN, winter.dataset, winter.rows, store, MemoryTracker())


def test_training_again_gives_the_same_bundle(
    trained: Trained, winter: Flights, tmp_path: Path
) -> None:
    shuffled = winter.rows.sample(fraction=1.0, shuffle=True, seed=1)
    again = train(PLAN, winter.dataset, shuffled, tmp_path, MemoryTracker())
    assert again.bundle.id == trained.bundle.id
    assert again.bundle.files == trained.bundle.files


def test_other_processes_elsewhere_give_the_same_bundle(
    trained: Trained, winter: Flights, tmp_path: Path
) -> None:
    # With the hash seed 9, unlike with most, skl2onnx lists operator sets in another order.
    east = {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    west = {"PYTHONHASHSEED": "9", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8"}
    west |= {"OMP_NUM_THREADS": "2"}
    path = {"PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path if p)}
    command = [sys.executable, "-c", PROGRAM, winter.dataset.uri]
    children = []
    for name, environ in {"east": east, "west": west}.items():
        (tmp_path / name).mkdir()
        children.append(
            subprocess.Popen(
                command, cwd=tmp_path / name, env=os.environ | path | environ,
                stdout=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
    for child in children:
        told = Manifest.model_validate_json(child.communicate()[0])
        assert told.model_dump() == trained.bundle.manifest.model_dump()
        assert told.id == trained.bundle.id


def test_both_runtimes_agree_on_the_whole_holdout(trained: Trained, winter: Flights) -> None:
    columns = columns_from(CONTRACT, between(winter.rows, HOLDOUT.start, HOLDOUT.end))
    onnx, skops = (
        load_model(trained.bundle, runtime="onnx").predict(columns),
        load_model(trained.bundle, runtime="skops").predict(columns),
    )
    assert len(onnx) == trained.facts.holdout_rows == trained.facts.parity.rows == 15_460
    assert np.abs(onnx - skops).max() <= float(PLAN.tolerance)
    assert np.abs(onnx - skops).max() == trained.facts.parity.largest_difference
    assert ((onnx >= 0.5) == (skops >= 0.5)).all()
    assert trained.bundle.manifest.runtime == "onnx"


@pytest.mark.parametrize(("runtime", "most"), [("onnx", float(PLAN.tolerance)), ("skops", 0.0)])
def test_a_runtime_answers_the_golden_samples(trained: Trained, runtime: str, most: float) -> None:
    assert replay(load_model(trained.bundle, runtime=runtime)) <= most  # type: ignore[arg-type]


def test_an_unseen_destination_and_a_flight_without_weather_are_served(
    trained: Trained, winter: Flights
) -> None:
    strange = between(winter.rows, HOLDOUT.start, HOLDOUT.end).head(50)
    strange = strange.with_columns(dest=pl.lit("???"), temp=None, visib=None)
    columns = columns_from(CONTRACT, strange)
    onnx = load_model(trained.bundle, runtime="onnx").predict(columns)
    skops = load_model(trained.bundle, runtime="skops").predict(columns)
    assert np.abs(onnx - skops).max() <= float(PLAN.tolerance)
    assert ((onnx > 0) & (onnx < 1)).all()


def test_calibration_brings_the_mean_prediction_to_the_base_rate(trained: Trained) -> None:
    metrics = trained.facts.metrics
    assert metrics["mean_prediction"] == pytest.approx(metrics["base_rate"], abs=0.03)
    assert metrics["brier"] < metrics["base_rate"] * (1 - metrics["base_rate"])


def test_the_gate_blesses_the_model_that_is_shipped(trained: Trained, winter: Flights) -> None:
    loaded, refit = load_model(trained.bundle), refit_of(PLAN)
    blessing = evaluate(loaded, GATE, winter.dataset, winter.rows, None, refit)
    assert {check.name: check.verdict for check in blessing.checks} == dict.fromkeys(
        [
            "holdout was not learned from",
            "no feature tells the label",
            "no features tell the label together",
            "training rows are at hand",
            "no training row is judged",
            "no training row is judged under another id",
            "training ended before the holdout",
            "event times belong to the rows, holdout",
            "event times belong to the rows, training",
            "known in time, by observed_at",
            "labels dealt anew score like chance",
            "whole holdout",
            "origin = EWR",
            "origin = JFK",
            "origin = LGA",
            "the evening is later than the morning",
            "five minutes change little",
            "an unseen destination is average",
        ],
        "blessed",
    )
    assert blessing.verdict == "blessed"
    bounded = [check for check in blessing.checks if check.metric in ("roc_auc", "brier")]
    assert all(check.lower is not None for check in bounded if "tell" not in check.name)


def test_the_gate_refuses_a_model_that_learned_nothing(winter: Flights, tmp_path: Path) -> None:
    """The same pipeline on labels that were dealt out anew scores like chance."""
    dealt = winter.rows.with_columns(pl.col("late").shuffle(seed=1))
    plan = replace(PLAN, seed=1)
    made = train(plan, winter.dataset, dealt, tmp_path, MemoryTracker())
    blessing = evaluate(load_model(made.bundle), GATE, winter.dataset, winter.rows)
    verdicts = {c.metric: c.verdict for c in blessing.checks if c.name == "whole holdout"}
    assert verdicts["roc_auc"] == "refused"
    assert blessing.verdict == "refused"
