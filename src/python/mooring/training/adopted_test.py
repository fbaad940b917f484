"""What another framework trained: measured and packed, with a reference like any other bundle."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mooring.bundle.load import load_model
from mooring.bundle.manifest import REFERENCE
from mooring.data.columns import columns_from
from mooring.data.dataset import DatasetVersion, between
from mooring.drift.bins import SCORE
from mooring.drift.reference import read_reference
from mooring.training.adopted import adopted_plan, make_bundle
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.plan import TrainingPlan


def test_an_adopted_graph_has_a_reference_of_the_rows_that_judge_it(
    plan: TrainingPlan, dataset: DatasetVersion, rows: pl.DataFrame, tmp_path: Path
) -> None:
    fitted = make_bundle(plan, dataset, rows, tmp_path / "fitted", MemoryTracker()).bundle
    adopted = adopted_plan(
        plan.contract,
        str(fitted.path / "model.onnx"),
        holdout=plan.split.holdout,
        owner="tests@mooring.invalid",
    )
    bundle = make_bundle(adopted, dataset, rows, tmp_path / "adopted", MemoryTracker()).bundle
    reference = read_reference(bundle.files[REFERENCE], place=REFERENCE)
    holdout = between(rows, plan.split.holdout.start, plan.split.holdout.end)
    answers = load_model(bundle).predict(columns_from(plan.contract, holdout))
    score = reference.feature(SCORE)
    assert reference.rows == len(holdout)
    assert score.rows == tuple(score.bins.counts(answers).tolist())
    # The same graph and the same rows: what the fitted bundle has frozen, but for the last digits
    # of outcomes, which are scikit-learn's there.
    other = read_reference(fitted.files[REFERENCE], place=REFERENCE)
    assert reference.outcomes is not None
    assert other.outcomes is not None
    assert reference.model_copy(update={"outcomes": other.outcomes}) == other
    for name, found in reference.outcomes.sums.items():
        assert found == pytest.approx(other.outcomes.sums[name], rel=1e-3, abs=1e-3)
