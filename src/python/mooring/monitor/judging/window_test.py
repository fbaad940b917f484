"""A closed window: who is named, who never, what is a bug, and what a window of three rows says."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from mooring.drift.psi import psi
from mooring.monitor.judging.difference import CONSTANT, NOT_LOGGED, SENSITIVE
from mooring.monitor.judging.summarise import summarise
from mooring.monitor.judging.summary import DaySummary
from mooring.monitor.judging.testing.rides import FIRST, Change, Rides, contract
from mooring.monitor.judging.window import TOO_FEW_ROWS, WindowJudgement, judge_window
from mooring.monitor.judging.windows import Window
from mooring.monitor.watching import Watching

RIDES = Rides()
REFERENCE = RIDES.reference()
WINDOW = Window(FIRST, FIRST + timedelta(days=7))


def days(rides: Rides, count: int = 7) -> list[DaySummary]:
    frames = enumerate(rides.days(FIRST, count))
    return [
        summarise(REFERENCE, contract(), [frame], version=3, day=FIRST + timedelta(days=n))
        for n, frame in frames
    ]


def judged(summaries: list[DaySummary], **more: Any) -> WindowJudgement:
    return judge_window(REFERENCE, contract(), Watching(), WINDOW, 3, summaries, **more)


CALM_DAYS = days(RIDES)
CALM = judged(CALM_DAYS)


def set_to(**columns: Any) -> Change:
    """Columns of every day, as constants or expressions."""
    return lambda frame: frame.with_columns(**columns)


def flagged(judgement: WindowJudgement) -> set[str]:
    return {name for name, each in judgement.features.items() if each.flagged}


def test_without_a_change_nothing_is_named() -> None:
    assert flagged(CALM) == set()
    assert CALM.score.p > 0.05
    assert CALM.classifier is not None
    assert CALM.classifier.p_value > 0.05
    assert (CALM.outcome, CALM.rows, CALM.absent, CALM.broken) == ("ok", 2_800, (), ())
    assert CALM.soundness.kinds == frozenset()


@pytest.mark.parametrize(
    ("feature", "change"),
    [
        pytest.param("distance", set_to(distance=pl.col("distance") * 1.4), id="longer rides"),
        pytest.param("wind", set_to(wind=pl.col("wind") + 6.0), id="a storm, by days"),
        pytest.param("town", set_to(town=pl.lit("south")), id="one town only"),
        pytest.param("paid", set_to(paid=pl.lit(True)), id="everybody pays"),
        pytest.param("rain", set_to(rain=pl.col("rain").clip(0.5)), id="rain on every ride"),
    ],
)
def test_what_differs_is_named_and_nothing_else(feature: str, change: Change) -> None:
    found = judged(days(RIDES.that(change)))
    assert flagged(found) == {feature}
    assert found.features[feature].psi > found.features[feature].critical


def test_a_seasonal_feature_is_shown_and_never_flagged() -> None:
    found = judged(days(RIDES.that(set_to(heat=pl.col("heat") + 9.0))))
    heat = found.features["heat"]
    assert heat.testable
    assert heat.p < 1e-3
    assert heat.psi > heat.critical
    assert flagged(found) == set()
    assert found.soundness.kinds == frozenset()
    assert found.classifier == CALM.classifier


def test_one_outlier_of_a_million_is_one_row_in_the_last_bin() -> None:
    first = pl.int_range(pl.len()) == 0
    outlier = pl.when(first).then(1e6).otherwise(pl.col("distance"))
    found = judged(days(RIDES.that(set_to(distance=outlier))))
    assert flagged(found) == set()
    assert found.features["distance"].psi == pytest.approx(CALM.features["distance"].psi, abs=0.005)


def test_a_constant_feature_is_not_testable_and_says_so() -> None:
    wheels = CALM.features["wheels"]
    assert (wheels.testable, wheels.untestable, wheels.flagged) == (False, CONSTANT, False)
    assert math.isnan(wheels.p)


def test_a_constant_that_changes_is_a_bug_of_the_data() -> None:
    found = judged(days(RIDES.that(set_to(wheels=pl.lit(8)))))
    assert found.soundness.features == {"wheels": ("unit",)}


@pytest.mark.parametrize(
    ("feature", "change", "kind"),
    [
        pytest.param("distance", set_to(distance=pl.col("distance") * 100.0), "unit", id="a unit"),
        pytest.param("rain", set_to(rain=pl.lit(None, pl.Float64)), "missing", id="all missing"),
        pytest.param("town", set_to(town=pl.lit("atlantis")), "category", id="unknown names"),
    ],
)
def test_a_bug_of_the_data_is_told_by_its_kind_and_is_no_evidence(
    feature: str, change: Change, kind: str
) -> None:
    found = judged(days(RIDES.that(change)))
    assert found.soundness.features == {feature: (kind,)}
    assert found.soundness.kinds == {kind}
    assert found.broken == WINDOW.dates
    assert found.score.untestable == TOO_FEW_ROWS
    assert found.features[feature].flagged


def test_a_day_that_is_broken_is_left_out_of_the_score() -> None:
    broken = RIDES.that(set_to(distance=pl.col("distance") * 100.0, prediction=pl.lit(0.99)))
    found = judged([*CALM_DAYS[:6], days(broken)[6]])
    assert found.broken == (WINDOW.dates[6],)
    assert found.score == judged(CALM_DAYS[:6]).score


def test_a_zero_inflated_feature_is_tested_with_its_zeros_in_a_bin_of_their_own() -> None:
    rain = CALM.features["rain"]
    assert rain.testable
    assert math.isfinite(rain.psi)
    assert rain.p > 0.05


def test_a_feature_that_is_not_logged_is_not_testable_and_no_bug() -> None:
    found = judged(days(RIDES.that(lambda frame: frame.drop("rain"))))
    assert found.features["rain"].untestable == NOT_LOGGED
    assert found.features["rider"].untestable == SENSITIVE
    assert found.soundness.kinds == frozenset()


def test_a_window_of_three_rows_is_not_judged_and_says_so() -> None:
    found = judged(days(replace(RIDES, rows=3), count=1))
    assert (found.outcome, found.rows, found.features) == ("too_few_rows", 3, {})
    assert math.isnan(found.score.p)
    assert found.absent == WINDOW.dates[1:]


def test_an_empty_window_is_too_few_rows() -> None:
    assert judged([]).outcome == "too_few_rows"


def test_days_of_other_windows_are_passed_over() -> None:
    later = summarise(
        REFERENCE, contract(), [RIDES.day(WINDOW.end)], version=3, day=WINDOW.end
    )  # fmt: skip
    assert text(judged([*CALM_DAYS, later])) == text(CALM)


def test_the_order_and_the_parts_of_days_do_not_matter() -> None:
    halves = [
        summarise(REFERENCE, contract(), [part], version=3, day=FIRST + timedelta(days=n))
        for n, frame in enumerate(RIDES.days(FIRST, 7))
        for part in (frame.head(150), frame.tail(250))
    ]
    assert text(judged(halves[::-1])) == text(CALM)


def test_rows_of_another_contract_are_told() -> None:
    newer = days(RIDES.that(set_to(contract=pl.lit("1.1"))))
    found = judged([*CALM_DAYS, *newer])
    assert found.other_contracts == {"1.1": 2_800}
    assert replace(found, other_contracts={}).to_json() == text(CALM)


def test_the_index_of_rows_and_of_days_is_psi_as_the_live_view_has_it() -> None:
    for name in ("distance", "wind", "town"):
        now = np.sum([day.bins[name] for day in CALM_DAYS], axis=0)
        assert CALM.features[name].psi == float(psi(REFERENCE.feature(name).rows, now))


def test_features_that_no_longer_go_together_are_told_by_the_classifier() -> None:
    far = pl.col("distance") > pl.col("distance").median()
    found = judged(days(RIDES.that(set_to(paid=far))))
    assert flagged(found) == set()
    assert found.classifier is not None
    assert found.classifier.area > 0.7
    assert found.classifier.p_value < 0.01


def test_the_classifier_is_not_shown_what_names_a_day() -> None:
    found = judged(days(RIDES.that(set_to(wind=pl.col("wind") + 9.0))))
    assert "wind" in flagged(found)
    assert found.classifier == CALM.classifier


def test_without_a_sample_there_is_no_classifier_and_all_else() -> None:
    older = REFERENCE.model_copy(update={"sample": None})
    found = judge_window(older, contract(), Watching(), WINDOW, 3, CALM_DAYS)
    assert text(found) == text(replace(CALM, classifier=None))


def test_what_is_written_reads_back() -> None:
    for found in (CALM, judged([])):
        assert text(WindowJudgement.from_json(text(found))) == text(found)


def text(judgement: WindowJudgement) -> bytes:
    return judgement.to_json()


def test_with_one_block_in_the_reference_days_are_not_testable() -> None:
    single = RIDES.reference(days=1)
    found = judge_window(single, contract(), Watching(), WINDOW, 3, CALM_DAYS[:1] * 2)
    assert found.score.untestable
    assert {name for name, each in found.features.items() if each.testable} >= {"distance"}


def test_all_chances_are_between_nought_and_one() -> None:
    for each in CALM.features.values():
        assert math.isnan(each.p) or 0.0 <= each.p <= 1.0
