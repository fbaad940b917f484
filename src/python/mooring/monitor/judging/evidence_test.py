"""Evidence stays finite whatever comes, asks for what it may, and learns nothing from a bug."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.drift.evidence import MOST_EVIDENCE
from mooring.evaluation.joint import Told
from mooring.monitor.judging.cohort import CohortJudgement, Moved
from mooring.monitor.judging.difference import Difference
from mooring.monitor.judging.evidence import Evidence, after_cohort, after_window, as_one
from mooring.monitor.judging.soundness import Soundness
from mooring.monitor.judging.testing.rides import FIRST
from mooring.monitor.judging.window import WindowJudgement
from mooring.monitor.judging.windows import Window
from mooring.monitor.watching import Watching

WEEK = Window(FIRST, FIRST + timedelta(days=7))
NONE = Evidence.none(Watching())
CHANCES = st.one_of(st.floats(0.0, 1.0), st.just(math.nan), st.floats())


def window(score: float, *features: float, told: float = math.nan) -> WindowJudgement:
    return WindowJudgement(
        version=3,
        window=WEEK,
        outcome="ok",
        rows=2_800,
        other_contracts={},
        absent=(),
        broken=(),
        soundness=Soundness({}),
        score=Difference(p=score),
        features={str(n): Difference(p=p) for n, p in enumerate(features)},
        classifier=None if math.isnan(told) else Told(0.5, told),
    )


def cohort(residual: float, loss: float) -> CohortJudgement:
    return CohortJudgement(
        version=3,
        window=WEEK,
        outcome="ok",
        rows=2_800,
        labelled=2_800,
        disputed=0,
        coverage=1.0,
        broken=(),
        residual=Moved(p=residual),
        loss=Moved(p=loss),
    )


@settings(deadline=None)
@given(st.lists(st.tuples(CHANCES, CHANCES, CHANCES, CHANCES, CHANCES), max_size=60))
def test_evidence_is_finite_whatever_comes(chances: list[tuple[float, ...]]) -> None:
    evidence = NONE
    for score, feature, told, residual, loss in chances:
        evidence = after_window(evidence, window(score, feature, told=told))
        evidence = after_cohort(evidence, cohort(residual, loss))
    for watch in (evidence.asking, evidence.telling):
        for detector in watch.detectors.values():
            assert 0.0 <= detector.evidence <= MOST_EVIDENCE
    for shown in evidence.shown().values():
        assert math.isfinite(shown.evidence_log10)
    assert Evidence.from_json(evidence.to_json()) == evidence


@pytest.mark.parametrize(
    ("judged", "asks"),
    [
        pytest.param([window(1e-9)], ("score",), id="a score that is another"),
        pytest.param([cohort(1e-9, 0.5)], ("residual",), id="chances that are off"),
        pytest.param([cohort(0.5, 1e-9)], ("loss",), id="chances that are too sure"),
        pytest.param([window(0.5, 1e-12, 1e-12, told=1e-12)], (), id="features and classifier"),
        pytest.param([window(0.02)] * 6, ("score",), id="a little, week after week"),
        pytest.param([window(0.5), cohort(0.5, 0.5)] * 52, (), id="a calm year"),
    ],
)
def test_score_and_labels_may_ask_and_features_may_not(
    judged: list[WindowJudgement | CohortJudgement], asks: tuple[str, ...]
) -> None:
    evidence = NONE
    for each in judged:
        if isinstance(each, WindowJudgement):
            evidence = after_window(evidence, each)
        else:
            evidence = after_cohort(evidence, each)
    assert evidence.alarms == asks
    assert evidence.again().alarms == ()


def test_the_budget_is_split_over_what_may_ask() -> None:
    thresholds = {n: round(10**s.threshold_log10) for n, s in NONE.shown().items()}
    assert thresholds == {"features": 26, "score": 39, "labels": 39, "classifier": 26}


def test_labels_show_the_larger_of_residual_and_loss() -> None:
    evidence = after_cohort(NONE, cohort(0.5, 1e-9))
    assert evidence.shown()["labels"].alarms
    assert not evidence.shown()["score"].alarms


def test_what_has_no_p_value_changes_nothing() -> None:
    assert after_window(NONE, window(math.nan)) == NONE
    assert after_cohort(NONE, cohort(math.nan, math.nan)) == NONE


def test_seasonal_and_untestable_features_are_no_evidence() -> None:
    found = replace(
        window(math.nan),
        features={
            "heat": Difference(p=1e-12, seasonal=True),
            "wheels": Difference(untestable="a constant"),
        },
    )
    assert after_window(NONE, found) == NONE


def test_from_a_bug_of_the_data_nothing_is_learned_of_features() -> None:
    bug = replace(window(math.nan, 1e-12, told=1e-12), soundness=Soundness({"rain": ("missing",)}))
    assert after_window(NONE, bug) == NONE


def test_several_p_values_weigh_as_much_as_the_mean_of_their_e_values() -> None:
    assert as_one([0.3]) == pytest.approx(0.3)
    assert as_one([0.25, 1.0]) == pytest.approx((0.5 / 0.75) ** 2)
    assert math.isnan(as_one([]))
