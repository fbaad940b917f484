"""Training, end to end on made-up trips: the bundle, what names it, and what stops it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline

from mooring.bundle.load import load_model, replay
from mooring.bundle.open import open_bundle
from mooring.contract.contract import Prediction
from mooring.data.dataset import DatasetVersion
from mooring.data.errors import DatasetEmpty
from mooring.evaluation.curves import Curves
from mooring.training.code import code_digest
from mooring.training.errors import ExportError
from mooring.training.facts import Facts, card_file, metrics_file
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.parity import Parity
from mooring.training.plan import TrainingPlan
from mooring.training.train import Trained, train

Train = Callable[..., Trained]


@pytest.fixture
def trained(
    plan: TrainingPlan, dataset: DatasetVersion, rows: pl.DataFrame, tmp_path: Path
) -> Train:
    """Train, with parts of the plan or the rows replaced: `trained(seed=2)`."""

    def run(rows: pl.DataFrame = rows, **changes: Any) -> Trained:
        return train(replace(plan, **changes), dataset, rows, tmp_path, MemoryTracker())

    return run


def test_a_bundle_opens_and_both_runtimes_answer_its_samples(trained: Train) -> None:
    made = trained()
    bundle = open_bundle(made.bundle.path, expect=made.bundle.id)
    assert bundle.manifest.runtime == "onnx"
    for runtime in ("onnx", "skops"):
        assert replay(load_model(bundle, runtime=runtime)) <= float(bundle.manifest.tolerance)


def test_the_manifest_names_exactly_what_was_learned_from(
    trained: Train, rows: pl.DataFrame, plan: TrainingPlan
) -> None:
    manifest = trained(seed=5).bundle.manifest
    data = manifest.dataset
    learned = rows.filter(pl.col("event_time").dt.date().cast(pl.String) <= plan.split.training.end)
    assert (data.rows, data.period) == (len(learned), plan.split.training)
    assert (manifest.seed, manifest.tolerance) == (5, plan.tolerance)
    assert manifest.code == code_digest(["mooring.training.train"])


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(lambda rows: rows, id="nothing"),
        pytest.param(lambda rows: rows.reverse(), id="the order of the rows"),
    ],
)
def test_the_same_data_code_and_seed_give_one_id(
    trained: Train, rows: pl.DataFrame, bend: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    assert trained(bend(rows)).bundle.id == trained().bundle.id


def late_at(rows: pl.DataFrame, index: int) -> pl.DataFrame:
    flipped = pl.int_range(pl.len()) == index
    return rows.with_columns(is_late=pl.col("is_late") ^ flipped)


@pytest.mark.parametrize(
    ("index", "changes"),
    [
        pytest.param(3, {}, id="one label of the fit period"),
        pytest.param(350, {}, id="one label of the calibration period"),
        pytest.param(500, {}, id="one label of the holdout"),
        pytest.param(None, {"seed": 1}, id="the seed"),
        pytest.param(None, {"tolerance": "0.0001"}, id="the tolerance"),
        pytest.param(None, {"calibration": None}, id="the calibration"),
    ],
)
def test_the_id_changes_with(
    trained: Train, rows: pl.DataFrame, index: int | None, changes: dict[str, Any]
) -> None:
    bent = rows if index is None else late_at(rows, index)
    assert trained(bent, **changes).bundle.id != trained().bundle.id


def test_a_graph_beyond_the_tolerance_is_served_by_skops(trained: Train) -> None:
    made = trained(tolerance="0.000000000001")
    assert made.facts.parity.changed_decisions == 0
    assert made.bundle.manifest.runtime == "skops"
    assert load_model(made.bundle).runtime == "skops"


def test_a_quantity_is_trained_without_calibration(trained: Train, plan: TrainingPlan) -> None:
    pipeline = plan.pipeline(1)
    pipeline.steps[-1] = ("trees", HistGradientBoostingRegressor(max_iter=5, random_state=1))
    quantity = Prediction(name="share", kind="number", label="is_late")
    made = trained(
        contract=plan.contract.model_copy(update={"prediction": quantity}),
        pipeline=lambda seed: pipeline,
    )
    assert set(made.facts.metrics) == {"mae", "rmse", "r2"}
    assert made.bundle.manifest.runtime == "onnx"


class Guess(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier that skl2onnx has never heard of."""

    def fit(self, X: Any, y: Any) -> Guess:
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X))

    def predict_proba(self, X: Any) -> Any:
        return np.full((len(X), 2), 0.5)

    def decision_function(self, X: Any) -> Any:
        return np.zeros(len(X))


def test_what_cannot_be_exported_leaves_no_bundle(trained: Train, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="pipeline of trip"):
        trained(pipeline=lambda seed: Pipeline([("guess", Guess())]))
    assert list(tmp_path.iterdir()) == []


def test_a_period_without_rows_leaves_no_bundle(
    trained: Train, rows: pl.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(DatasetEmpty, match="no rows between 2013-01-22 and 2013-01-31"):
        trained(rows.head(400))
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_told_everything(
    plan: TrainingPlan, dataset: DatasetVersion, rows: pl.DataFrame, tmp_path: Path
) -> None:
    tracker = MemoryTracker()
    steps: list[str] = []
    made = train(plan, dataset, rows, tmp_path, tracker, steps.append)
    (run,) = tracker.runs
    assert made.run == run.id == "trip-1"
    assert run.told["dataset"] == dataset
    assert run.told["contract"] == plan.contract
    assert run.told["metrics"] == made.facts.metrics
    assert run.told["parameters"]["bundle"] == made.bundle.id
    assert set(run.told["files"]) == {*made.bundle.files, "manifest.json", "provenance.json"}
    assert steps == ["fit", "export and compare", "store the bundle", "track the run"]


def test_provenance_tells_time_place_and_run_beside_the_id(
    trained: Train, dataset: DatasetVersion
) -> None:
    told = json.loads((trained().bundle.path / "provenance.json").read_bytes())
    assert told["dataset_uri"] == dataset.uri
    assert told["dataset_version"] == "3"
    assert told["dataset_sha256"] == dataset.sha256
    assert told["mlflow_run"] == "trip-1"
    assert {"created_at", "created_by"} <= set(told)


def test_metrics_and_card_say_what_was_measured(trained: Train, plan: TrainingPlan) -> None:
    made = trained(known_limits=("Knows January only.",))
    metrics = json.loads(made.bundle.files["metrics.json"])
    card = made.bundle.files["card.md"].decode()
    assert metrics["holdout"]["metrics"] == pytest.approx(made.facts.metrics, abs=1e-9)
    assert metrics["parity"]["runtime"] == "onnx"
    assert f"| roc_auc | {made.facts.metrics['roc_auc']:.4f} |" in card
    assert "- Knows January only." in card
    assert all(f"| `{name}` |" in card for name in plan.contract.feature_names)


def test_what_is_undefined_is_null_in_metrics_and_nan_in_the_card(
    trained: Train, plan: TrainingPlan
) -> None:
    data = trained().facts.dataset
    parity = Parity(1, math.nan, 0, plan.tolerance)
    facts = Facts(data, 1, {"roc_auc": math.nan}, parity, Curves())
    document = json.loads(metrics_file(plan, facts))
    assert document["holdout"]["metrics"] == {"roc_auc": None}
    assert document["parity"]["largest_difference"] is None
    assert document["parity"]["runtime"] == "skops"
    assert b"| roc_auc | nan |" in card_file(plan, facts)
