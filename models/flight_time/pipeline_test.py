"""The model that is shipped, trained on the real winter: reproducible, the same in both runtimes,
and good enough for its own gate.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.conftest import Flights
from models.flight_time.contract import CONTRACT
from models.flight_time.gate import GATE
from models.flight_time.pipeline import PLAN
from mooring.blessing.evaluation import evaluate
from mooring.bundle.load import load_model
from mooring.contract.columns import Columns
from mooring.data.columns import columns_from
from mooring.data.dataset import between
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.refit import refit_of
from mooring.training.train import Trained, train

HOLDOUT = PLAN.split.holdout


@pytest.fixture(scope="module")
def trained(winter: Flights, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    store = tmp_path_factory.mktemp("bundles")
    return train(PLAN, winter.dataset, winter.rows, store, MemoryTracker())


@pytest.fixture(scope="module")
def holdout(winter: Flights) -> pl.DataFrame:
    return between(winter.rows, HOLDOUT.start, HOLDOUT.end)


def difference(trained: Trained, columns: Columns) -> float:
    """The largest one between the two runtimes, in minutes."""
    onnx = load_model(trained.bundle, runtime="onnx").predict(columns)
    skops = load_model(trained.bundle, runtime="skops").predict(columns)
    assert np.isfinite(onnx).all()
    return float(np.abs(onnx - skops).max())


def test_training_again_on_shuffled_rows_gives_the_same_bundle(
    trained: Trained, winter: Flights, tmp_path: Path
) -> None:
    shuffled = winter.rows.sample(fraction=1.0, shuffle=True, seed=1)
    again = train(PLAN, winter.dataset, shuffled, tmp_path, MemoryTracker())
    assert again.bundle.id == trained.bundle.id


def test_both_runtimes_agree_on_the_whole_holdout_and_where_the_trees_split(
    trained: Trained, holdout: pl.DataFrame
) -> None:
    parity = trained.facts.parity
    assert parity.rows == len(holdout) == 15_460
    assert difference(trained, columns_from(CONTRACT, holdout)) == parity.largest_difference
    assert 0 < parity.largest_difference < float(PLAN.tolerance) / 5
    assert parity.edges.rows > 19_000
    assert parity.edges.unexplained == 0
    assert trained.bundle.manifest.runtime == "onnx"


def test_an_unseen_destination_and_a_flight_without_weather_are_served(
    trained: Trained, holdout: pl.DataFrame
) -> None:
    strange = holdout.head(50).with_columns(dest=pl.lit("???"), temp=pl.lit(None, pl.Float64))
    assert difference(trained, columns_from(CONTRACT, strange)) <= float(PLAN.tolerance)


def test_the_gate_blesses_the_model_that_is_shipped(trained: Trained, winter: Flights) -> None:
    blessing = evaluate(
        load_model(trained.bundle), GATE, winter.dataset, winter.rows, refit=refit_of(PLAN)
    )
    assert {
        check.name: check.verdict for check in blessing.checks if check.verdict != "blessed"
    } == {}
    names = [check.name for check in blessing.checks]
    assert len([name for name in names if name.startswith("carrier = ")]) == 10
    assert len([name for name in names if "distance" in name]) == 4


def test_the_gate_refuses_a_model_that_learned_nothing(winter: Flights, tmp_path: Path) -> None:
    """The same pipeline on labels that were dealt out anew knows the mean alone."""
    dealt = winter.rows.with_columns(pl.col("air_time").shuffle(seed=1))
    made = train(PLAN, winter.dataset, dealt, tmp_path, MemoryTracker())
    blessing = evaluate(load_model(made.bundle), GATE, winter.dataset, winter.rows)
    refused = {check.metric for check in blessing.checks if check.verdict == "refused"}
    assert refused == {"mae", "r2"}
