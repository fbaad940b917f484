"""Matured cohorts: what was realised, what was to be expected, and whether means have moved."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from mooring.drift.estimate import expected
from mooring.evaluation.intervals import interval
from mooring.evaluation.metrics import calibration_error as exact_calibration_error
from mooring.evaluation.metrics import score
from mooring.monitor.judging.cells import CELLS, NEGATIVE, POSITIVE, Cells, cell_of, centres
from mooring.monitor.judging.cohort import (
    NO_OUTCOMES,
    TOO_FEW_LABELS,
    CohortJudgement,
    judge_cohort,
)
from mooring.monitor.judging.ranked import expected_auc
from mooring.monitor.judging.realised import calibration_error
from mooring.monitor.judging.summarise import summarise
from mooring.monitor.judging.testing.rides import FIRST, Rides, contract
from mooring.monitor.judging.windows import Window
from mooring.monitor.watching import Watching

LATE = Rides()
MINUTES = Rides(kind="number")
REFERENCES = {rides.kind: rides.reference() for rides in (LATE, MINUTES)}
WINDOW = Window(FIRST, FIRST + timedelta(days=7))

# The name of a measure here, and where all rows are scored.
NAMES = {"auc": "roc_auc"}


def cohort(rides: Rides, **more: Any) -> CohortJudgement:
    reference = more.pop("reference", REFERENCES[rides.kind])
    summaries = [
        summarise(reference, contract(rides.kind), [frame], version=3, day=day)
        for day, frame in zip(WINDOW.dates, rides.days(FIRST, 7), strict=True)
    ]
    return judge_cohort(reference, contract(rides.kind), Watching(), WINDOW, 3, summaries)


def rows(rides: Rides) -> pl.DataFrame:
    return pl.concat(rides.days(FIRST, 7))


CALM = {rides.kind: cohort(rides) for rides in (LATE, MINUTES)}


@pytest.mark.parametrize("rides", [LATE, MINUTES], ids=["of a chance", "of a number"])
def test_realised_measures_are_those_of_the_rows(rides: Rides) -> None:
    frame = rows(rides)
    p, y = frame["prediction"].to_numpy(), frame["label"].to_numpy()
    exact = score(rides.kind, y, p)
    for name, measure in CALM[rides.kind].realised.items():
        by_cells = name in ("auc", "ece")
        assert measure.value == pytest.approx(
            exact[NAMES.get(name, name)], abs=1e-3 if by_cells else 1e-9
        )


@pytest.mark.parametrize("rides", [LATE, MINUTES], ids=["of a chance", "of a number"])
def test_intervals_are_those_of_whole_days_of_the_rows(rides: Rides) -> None:
    frame = rows(rides)
    p, y = frame["prediction"].to_numpy(), frame["label"].to_numpy()
    days = frame["at"].dt.date().to_numpy()
    for name, measure in CALM[rides.kind].realised.items():
        exact = interval(NAMES.get(name, name), y, p, days)
        if exact.lower is None or exact.upper is None:
            assert math.isnan(measure.lower)
            continue
        tolerance = 1e-3 if name == "auc" else 1e-9
        assert measure.lower == pytest.approx(exact.lower, abs=tolerance)
        assert measure.upper == pytest.approx(exact.upper, abs=tolerance)


@pytest.mark.parametrize(
    "scores",
    [
        pytest.param(lambda u: u, id="even"),
        pytest.param(lambda u: u**6 / 1_000.0, id="of a rare event"),
        pytest.param(lambda u: 1.0 - u**6 / 1_000.0, id="nearly always"),
        pytest.param(lambda u: np.round(u, 1), id="eleven values"),
        pytest.param(lambda u: 0.4 + 0.02 * u, id="all alike"),
    ],
)
def test_cells_lose_no_more_than_is_said(scores: Callable[[Any], Any]) -> None:
    chance = np.random.default_rng(3)
    p = scores(chance.random(60_000))
    y = (chance.random(len(p)) < p).astype(np.float64)
    table = Cells.of(p, y).table()
    positive, negative = table[POSITIVE], table[NEGATIVE]
    found = positive @ (np.cumsum(negative) - negative / 2.0) / positive.sum() / negative.sum()
    bound = 0.5 * (positive @ negative) / positive.sum() / negative.sum()
    assert abs(found - roc_auc_score(y, p)) <= bound + 1e-12
    ties = len(np.unique(p)) < 100
    if not ties:  # the exact one cuts ties by the order of the rows
        exact = exact_calibration_error(y, p)
        assert calibration_error(positive, negative) == pytest.approx(exact, abs=1e-3)


def test_every_chance_lies_in_the_cell_around_its_centre() -> None:
    assert cell_of(centres()).tolist() == list(range(CELLS))
    assert cell_of(np.array([0.0, 1.0, -0.1, 1.1])).tolist() == [0, 999, 0, 999]


def test_the_expected_ranking_is_that_of_the_rows() -> None:
    p = rows(LATE)["prediction"].to_numpy()
    curve = REFERENCES["probability"].outcomes
    assert curve is not None
    chances = curve.curve.calibration.chance(p)  # type: ignore[union-attr]
    by_cell = np.bincount(cell_of(p), minlength=CELLS).astype(np.float64)
    found = expected_auc(by_cell, curve.curve.calibration.chance(centres()))  # type: ignore[union-attr]
    assert found == pytest.approx(expected(p, chances)["roc_auc"], abs=1e-3)


@pytest.mark.parametrize("rides", [LATE, MINUTES], ids=["of a chance", "of a number"])
def test_what_is_realised_mostly_lies_in_the_band_of_what_was_expected(rides: Rides) -> None:
    inside = [
        measure.lower <= found.realised[name].value <= measure.upper
        for found in (cohort(replace(rides, seed=seed)) for seed in range(10, 15))
        for name, measure in found.estimated.items()
    ]
    assert np.mean(inside) > 0.8


@pytest.mark.parametrize("kind", ["probability", "number"])
def test_estimates_lie_near_what_is_realised(kind: Literal["probability", "number"]) -> None:
    found = CALM[kind]
    assert found.estimated.keys() == found.realised.keys()
    for name, measure in found.estimated.items():
        assert measure.lower < measure.value < measure.upper
        assert measure.value == pytest.approx(found.realised[name].value, rel=0.15, abs=0.02)


def test_an_estimate_follows_a_shift_of_inputs() -> None:
    far = LATE.that(lambda frame: frame.filter(pl.col("distance") > 4.0))
    found = cohort(far)
    estimate = found.estimated["brier"]
    assert abs(estimate.value - CALM["probability"].estimated["brier"].value) > 0.02
    assert estimate.lower <= found.realised["brier"].value <= estimate.upper


def test_an_estimate_cannot_see_another_concept_and_labels_can() -> None:
    found = cohort(turned(0.3))
    assert found.estimated == CALM["probability"].estimated
    assert found.estimated["brier"].upper < found.realised["brier"].value
    assert min(found.residual.p, found.loss.p) < 1e-4


def turned(share: float, rides: Rides = LATE) -> Rides:
    """A share of the rides that were not late now are."""
    chance = pl.int_range(pl.len()) % 100 < int(100 * share)
    late = pl.when(chance).then(1.0).otherwise(pl.col("label"))
    return rides.that(lambda frame: frame.with_columns(label=late))


def test_without_a_change_no_mean_has_moved() -> None:
    for found in CALM.values():
        assert found.outcome == "ok"
        assert found.coverage == 1.0
        assert found.residual.p > 0.05
        assert found.loss.p > 0.05
        assert abs(found.residual.difference) < found.residual.critical


def test_the_critical_difference_is_where_the_chance_is_small() -> None:
    moved = cohort(turned(0.2)).residual
    assert moved.difference > moved.critical
    assert moved.p < 0.01


def test_errors_of_a_number_that_grow_are_found() -> None:
    wide = pl.col("prediction") + 3.0 * (pl.col("label") - pl.col("prediction"))
    found = cohort(MINUTES.that(lambda frame: frame.with_columns(label=wide)))
    assert found.loss.p < 1e-4
    assert found.realised["mae"].value > found.estimated["mae"].upper
    assert found.realised["r2"].value < found.estimated["r2"].lower


def test_the_base_rate_is_told_of_chances_only() -> None:
    label = rows(LATE)["label"]
    assert CALM["probability"].base_rate == pytest.approx(np.mean(label.to_numpy()))
    assert CALM["number"].base_rate == 0.0


def test_below_the_least_coverage_nothing_is_measured_and_the_coverage_is_told() -> None:
    late = pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.lit("none")).otherwise(pl.lit("held"))
    found = cohort(LATE.that(lambda frame: frame.with_columns(state=late)))
    assert (found.outcome, found.coverage, found.realised) == ("too_few_labels", 0.9, {})
    assert found.residual.untestable == found.loss.untestable == TOO_FEW_LABELS
    assert math.isnan(found.residual.p)
    assert found.estimated == CALM["probability"].estimated


def test_disputed_labels_count_as_none() -> None:
    disputed = cohort(LATE.that(lambda frame: frame.with_columns(state=pl.lit("disputed"))))
    assert (disputed.disputed, disputed.labelled, disputed.coverage) == (2_800, 0, 0.0)


def test_of_one_class_there_is_no_ranking() -> None:
    found = cohort(LATE.that(lambda frame: frame.with_columns(label=pl.lit(0.0))))
    assert math.isnan(found.realised["auc"].value)
    assert math.isfinite(found.realised["brier"].value)


def test_a_cohort_of_three_rows_is_not_judged() -> None:
    found = cohort(replace(LATE, rows=1))
    assert (found.outcome, found.rows, found.realised, found.estimated) == (
        "too_few_rows", 7, {}, {}
    )  # fmt: skip


def test_broken_days_are_no_evidence_though_measured() -> None:
    broken = turned(0.3).that(lambda frame: frame.with_columns(distance=pl.lit(1e5)))
    found = cohort(broken)
    assert found.broken == WINDOW.dates
    assert found.residual.untestable == TOO_FEW_LABELS
    assert found.realised["brier"].value > 0.0


def test_without_outcomes_in_the_reference_only_what_came_is_measured() -> None:
    older = REFERENCES["probability"].model_copy(update={"outcomes": None})
    found = cohort(LATE, reference=older)
    assert found.residual.untestable == found.loss.untestable == NO_OUTCOMES
    assert found.estimated == {}
    assert found.realised == CALM["probability"].realised


def test_of_a_reference_of_four_days_estimates_have_no_band() -> None:
    found = cohort(LATE, reference=LATE.reference(days=4)).estimated["brier"]
    assert math.isfinite(found.value)
    assert math.isnan(found.lower)


def test_what_is_written_reads_back() -> None:
    for found in (*CALM.values(), cohort(replace(LATE, rows=1))):
        text = found.to_json()
        assert CohortJudgement.from_json(text).to_json() == text


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("label", [1e6, 1e300, -1e300])
def test_a_poisoned_label_is_one_label_and_breaks_nothing(label: float) -> None:
    first = (pl.int_range(pl.len()) == 0) & (pl.col("at").dt.date() == FIRST)
    poisoned = pl.when(first).then(label).otherwise(pl.col("label"))
    found = cohort(MINUTES.that(lambda frame: frame.with_columns(label=poisoned)))
    assert found.outcome == "ok"
    assert not found.loss.p < 1e-4
    assert CohortJudgement.from_json(found.to_json()).to_json() == found.to_json()
