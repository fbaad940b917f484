"""Training, end to end on made-up trips: the bundle, what names it, and what stops it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from mooring.bundle.facts import runtime_reason
from mooring.bundle.load import load_model, replay
from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import open_bundle
from mooring.contract.contract import Prediction
from mooring.data.columns import columns_from
from mooring.data.dataset import DatasetVersion, between
from mooring.data.errors import DatasetEmpty
from mooring.drift.bins import SCORE
from mooring.drift.reference import read_reference
from mooring.training.code import code_digest
from mooring.training.errors import ExportError, LabelsUnusable
from mooring.training.facts import card_file, metrics_file
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


def kernel_pipeline(seed: int) -> Pipeline:
    """Of scikit-learn alone, and with a step that skl2onnx 1.20 has no converter for."""
    numbers = ["hour", "stops", "temp"]
    columns = ColumnTransformer([("numbers", SimpleImputer(), numbers)])
    kernel = Nystroem(gamma=0.005, n_components=20, random_state=seed)
    steps = [("columns", columns), ("kernel", kernel), ("chance", LogisticRegression())]
    return Pipeline(steps)


class Note:
    """An object of nobody's library."""

    def __init__(self) -> None:
        self.text = "tuned by hand"


def noted(plan: TrainingPlan, seed: int) -> Pipeline:
    """The plan's pipeline with something in it that only skops would keep."""
    pipeline: Pipeline = plan.pipeline(seed)
    pipeline[-1].note = Note()
    return pipeline


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


def test_what_neither_runtime_can_serve_leaves_no_bundle(trained: Train, tmp_path: Path) -> None:
    with pytest.raises(ExportError) as refused:
        trained(pipeline=lambda seed: Pipeline([("guess", Guess())]))
    assert refused.value.place == "pipeline of trip"
    problem = refused.value.problem
    assert "neither runtime: skl2onnx cannot convert step guess, Guess (" in problem
    assert problem.endswith(f"; skops may not build {Guess.__module__}.Guess")
    assert list(tmp_path.iterdir()) == []


def test_what_onnx_cannot_say_is_served_by_skops_and_says_why(
    trained: Train, rows: pl.DataFrame, plan: TrainingPlan
) -> None:
    made = trained(pipeline=kernel_pipeline)
    why = "skl2onnx cannot convert step kernel, Nystroem (MissingShapeCalculator)"
    assert runtime_reason(made.bundle) == made.facts.parity.reason == why
    assert f"- Served by skops: {why}" in made.bundle.files["card.md"].decode()
    assert "model.onnx" not in made.bundle.files
    parity = json.loads(made.bundle.files["metrics.json"])["parity"]
    assert (parity["runtime"], parity["largest_difference"]) == ("skops", None)
    loaded = load_model(open_bundle(made.bundle.path))
    answers = loaded.predict(columns_from(plan.contract, rows))
    assert (loaded.runtime, replay(loaded)) == ("skops", 0.0)
    assert 0.05 < answers.std() < 0.5
    assert trained(pipeline=kernel_pipeline).bundle.id == made.bundle.id


def test_a_graph_whose_copy_skops_may_not_write_is_served_alone(
    trained: Train, plan: TrainingPlan
) -> None:
    made = trained(pipeline=partial(noted, plan))
    assert made.bundle.manifest.runtime == load_model(made.bundle).runtime == "onnx"
    assert {"model.skops", "trusted_types.json"}.isdisjoint(made.bundle.files)
    with pytest.raises(ExportError, match="neither runtime: ONNX differs from scikit-learn by"):
        trained(pipeline=partial(noted, plan), tolerance="0.000000000001")


@pytest.mark.parametrize(
    ("period", "days"),
    [pytest.param("fit", (1, 14), id="fit"), pytest.param("calibrate", (15, 21), id="calibrate")],
)
def test_a_period_of_one_class_cannot_be_learned_from(
    trained: Train, rows: pl.DataFrame, period: str, days: tuple[int, int], tmp_path: Path
) -> None:
    within = pl.col("event_time").dt.day().is_between(*days)
    with pytest.raises(LabelsUnusable, match=f"all labels of the {period} period are alike"):
        trained(rows.with_columns(is_late=pl.col("is_late") & ~within))
    assert list(tmp_path.iterdir()) == []


def test_a_holdout_of_one_class_has_no_auc_and_says_so(trained: Train, rows: pl.DataFrame) -> None:
    held_out = pl.col("event_time").dt.day() >= 22
    made = trained(rows.with_columns(is_late=pl.col("is_late") & ~held_out))
    metrics = json.loads(made.bundle.files["metrics.json"])["holdout"]["metrics"]
    assert metrics["roc_auc"] is None
    assert metrics["brier"] > 0
    assert "| roc_auc | undefined |" in made.bundle.files["card.md"].decode()
    assert load_model(made.bundle).runtime == "onnx"


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


def test_what_is_undefined_is_null_in_metrics_and_named_so_in_the_card(
    trained: Train, plan: TrainingPlan
) -> None:
    known = trained().facts
    parity = Parity(1, math.nan, 0, plan.tolerance)
    facts = replace(known, metrics={"roc_auc": math.nan}, parity=parity)
    document = json.loads(metrics_file(plan, facts))
    assert document["holdout"]["metrics"] == {"roc_auc": None}
    assert document["parity"]["largest_difference"] is None
    assert document["parity"]["runtime"] == "skops"
    assert b"| roc_auc | undefined |" in card_file(plan, facts)


@pytest.mark.parametrize(
    "tolerance",
    [
        pytest.param("0.00001", id="by ONNX"),
        pytest.param("0.000000000001", id="by skops"),
    ],
)
def test_the_reference_counts_the_holdout_and_what_the_served_form_says_to_it(
    trained: Train, rows: pl.DataFrame, plan: TrainingPlan, tolerance: str
) -> None:
    bundle = trained(tolerance=tolerance).bundle
    reference = read_reference(bundle.files[REFERENCE], place=REFERENCE)
    holdout = between(rows, plan.split.holdout.start, plan.split.holdout.end)
    columns = columns_from(plan.contract, holdout)
    columns = {**columns, SCORE: load_model(bundle).predict(columns)}
    assert [f.feature for f in reference.features] == list(columns)
    for feature in reference.features:
        assert feature.rows == tuple(feature.bins.counts(columns[feature.feature]).tolist())
    days = holdout["event_time"].dt.date().cast(pl.String).value_counts().sort("event_time")
    assert [(block.day, block.rows) for block in reference.blocks] == days.rows()
