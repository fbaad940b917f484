"""Each statistic keeps its level and finds what it is for; bugs block; what is ours is right."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibration.detectors import delayed, silent
from tests.calibration.estimates import months
from tests.calibration.found import bugs, first_weeks, names, of_rows, told_apart
from tests.calibration.oracles import (
    blocks_beside_chi2,
    merged,
    psi_beside_chi2,
    shift_beside_t_test,
    size_at_least_effect,
)
from tests.calibration.parts import after_a_quarter, parts, within
from tests.calibration.traffic import CHANGES, Change, refused, unchanged

YEARS = 8


def change(name: str) -> Change:
    return next(each for each in CHANGES if each.name == name)


def test_each_statistic_keeps_its_level_on_days_dealt_anew() -> None:
    for part in parts(YEARS).values():
        assert part.plain[1] <= 0.04
        assert part.granted[0] <= part.plain[0] + 0.02
        assert part.alarms <= 1.0


def test_labels_tell_a_concept_and_the_score_does_not() -> None:
    found = after_a_quarter(change("3 in 4 late flights are punctual").traffic().sums, 4)
    assert within(found, "residual", 3) >= 0.75
    assert within(found, "score", 3) == 0.0


@pytest.mark.parametrize("name", [each.name for each in CHANGES if each.kind == "data bug"])
def test_a_bug_of_the_data_blocks_within_its_first_week(name: str) -> None:
    after = change(name).traffic()
    assert all(bugs(after, week) for _, week in first_weeks(3))


def test_without_a_change_nothing_is_taken_for_a_bug_and_little_is_named() -> None:
    windows = list(first_weeks(YEARS))
    assert not any(bugs(unchanged(), week) for _, week in windows)
    assert sum(bool(names(unchanged(), window)) for window in windows) <= 1


def test_an_outlier_is_no_drift() -> None:
    after = change("1 flight a day of 1e6 miles").traffic()
    assert not any("distance" in names(after, window) for window in first_weeks(YEARS))


def test_what_goes_together_is_told_by_features_that_vary_within_a_day() -> None:
    after = change("`distance` dealt anew within each day").traffic()
    assert (told_apart(after, of_rows(), 3) < 0.05).all()
    assert (told_apart(unchanged(), of_rows(), 3) > 0.01).all()


def test_the_contract_refuses_another_unit() -> None:
    assert refused(change("distance × 100").traffic(), "distance") > 0.99
    assert refused(change("distance ÷ 100").traffic(), "distance") == 0.0


@pytest.mark.parametrize(("statistics", "alike"), [(1, False), (3, False), (3, True)])
def test_the_budget_is_kept_by_simulation(statistics: int, alike: bool) -> None:
    assert silent(13, statistics, 60, alike=alike).lower >= 13


def test_the_smaller_the_p_values_the_sooner_the_alarm() -> None:
    means = [delayed(13, 3, 40, a).mean for a in (0.5, 0.1)]
    assert means[0] > means[1] >= 1.0


def test_ours_are_scipys() -> None:
    assert shift_beside_t_test(20) < 1e-9
    assert psi_beside_chi2(20) < 0.1
    assert blocks_beside_chi2(10) < 0.02
    assert abs(size_at_least_effect(400, 0.05) - 0.05) < 0.035


def test_eight_workers_are_one() -> None:
    apart = merged(8)
    assert apart["counts"] == 0.0
    assert apart["p-values"] == 0.0
    assert apart["sums"] < 1e-12


def test_an_estimate_does_not_see_the_base_rate_of_september() -> None:
    september = next(month for month in months() if month.name == "2013-09")
    assert september.realised["base_rate"] < 0.15
    assert september.expected["base_rate"] > 0.25
    assert np.isclose(sum(month.rows for month in months()), 249_453, rtol=0.01)
