"""Probes: what they find, what they must not find, and honest tables that come near."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.datasets import load_breast_cancer, load_diabetes

from mooring.evaluation.metrics import Floats
from mooring.evaluation.probes import Kind, joint_score, quality, single_score

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_quality_is_what_scikit_learn_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = np.r_[0.0, 1.0, random.integers(0, 2, 50)]
    guesses = random.integers(0, 9, 52) / 9
    assert quality("probability", labels, guesses) == pytest.approx(
        metrics.roc_auc_score(labels, guesses)
    )
    assert quality("number", labels, guesses) == pytest.approx(metrics.r2_score(labels, guesses))


@pytest.mark.parametrize("kind", ["probability", "number"])
def test_labels_that_are_all_alike_have_no_quality(kind: Kind) -> None:
    assert np.isnan(quality(kind, np.ones(9), np.arange(9.0)))


@settings(max_examples=20)
@given(SEEDS, st.sampled_from(["probability", "number"]), st.booleans())
def test_noise_tells_nothing_however_fine(seed: int, kind: Kind, category: bool) -> None:
    """In fold, a value for every row would tell its label."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, 600).astype(np.float64)
    values: Any = random.normal(0, 1, 600)
    if category:
        values = np.array([f"{value:.1f}" for value in values], dtype=object)
    assert single_score(kind, values, labels) < 0.65


def test_order_tells_as_much_whichever_way_and_however_bent() -> None:
    random = np.random.default_rng(0)
    values = random.normal(0, 1, 5_000)
    labels = (values > 0.3).astype(np.float64)
    for told in (values, -values, np.exp(values), values**3):
        assert single_score("probability", told, labels) == 1
        assert single_score("number", told, values) == pytest.approx(1)


@pytest.mark.parametrize(
    ("share", "caught"),
    [pytest.param(1.0, True, id="all rows"), pytest.param(0.5, False, id="half of the rows")],
)
def test_a_leak_that_is_null_for_some_rows(share: float, caught: bool) -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 4_000).astype(np.float64)
    told = np.where(random.random(4_000) < share, labels, np.nan)
    assert (single_score("probability", told, labels) >= 0.9995) == caught


def table(of: Any) -> tuple[dict[str, Floats], Floats]:
    features, labels = of(return_X_y=True)
    return {f"f{i}": column for i, column in enumerate(features.T)}, labels.astype(np.float64)


@pytest.mark.parametrize(
    ("kind", "of", "least"),
    [
        pytest.param("probability", load_breast_cancer, 0.99, id="breast cancer, 569 rows"),
        pytest.param("number", load_diabetes, 0.35, id="diabetes, 442 rows"),
    ],
)
def test_honest_tables_score_well_and_stay_below_the_ceiling(
    kind: Kind, of: Any, least: float
) -> None:
    columns, labels = table(of)
    joint = joint_score(kind, columns, labels, ceiling=0.9995)
    assert least < joint.score < 0.9995
    assert joint.features == ()
    assert max(single_score(kind, column, labels) for column in columns.values()) < joint.score


def test_a_sum_among_many_features_is_found_and_named() -> None:
    random = np.random.default_rng(0)
    columns = {f"f{i}": random.normal(0, 1, 3_000) for i in range(12)}
    columns["town"] = random.choice(["Bath", "York", "Ely"], 3_000).astype(object)
    total = columns["f3"] + columns["f7"]
    for kind, labels in (("number", total), ("probability", (total > 0.5).astype(np.float64))):
        joint = joint_score(kind, columns, labels, ceiling=0.9995)  # type: ignore[arg-type]
        assert joint.score >= 0.9995
        assert set(joint.features[:2]) == {"f3", "f7"}


def test_the_same_rows_give_the_same_score() -> None:
    columns, labels = table(load_breast_cancer)
    once, again = (joint_score("probability", columns, labels, 0.9) for _ in range(2))
    assert once == again
