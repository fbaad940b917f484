"""Several statistics, one budget."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mooring.drift.watch import Watch

NAMES = ("score", "residual", "loss")
NEVER = math.nan


def run_length(watch: Watch, alike: bool, chance: np.random.Generator) -> int:
    windows = 0
    while not watch.alarms:
        p = chance.random(1 if alike else len(NAMES))
        watch = watch.after(dict(zip(NAMES, np.broadcast_to(p, len(NAMES)), strict=True)))
        windows += 1
    return windows


@pytest.mark.parametrize("alike", [False, True])
def test_together_they_are_wrong_once_in_so_many_windows_at_most(alike: bool) -> None:
    chance = np.random.default_rng(20130401)
    lengths = [run_length(Watch.over(NAMES, 13), alike, chance) for _ in range(400)]
    error = np.std(lengths) / math.sqrt(len(lengths))
    assert np.mean(lengths) > 13 - 2 * error


def test_one_that_has_changed_is_found_beside_others_that_have_not() -> None:
    watch, windows = Watch.over(NAMES, 13), 0
    while not watch.alarms:
        watch = watch.after({"score": 1e-3, "residual": 0.6, "loss": 0.8})
        windows += 1
    assert watch.alarms == ("score",)
    assert windows <= 3


@pytest.mark.parametrize("p", [{}, dict.fromkeys(NAMES, NEVER), {"another": 1e-9}])
def test_a_window_that_says_nothing_changes_nothing(p: dict[str, float]) -> None:
    watch = Watch.over(NAMES, 13).after(dict.fromkeys(NAMES, 0.01))
    assert watch.after(p) == watch


def test_after_an_alarm_all_begin_again() -> None:
    watch = Watch.over(NAMES, 13).after(dict.fromkeys(NAMES, 1e-12))
    assert watch.alarms == NAMES
    assert watch.again() == Watch.over(NAMES, 13)


@pytest.mark.parametrize("p", [0.0, 1.0, 5e-324])
def test_evidence_stays_finite_for_ever(p: float) -> None:
    watch = Watch.over(NAMES, 13)
    for _ in range(500):
        watch = watch.after(dict.fromkeys(NAMES, p))
    assert all(math.isfinite(each.evidence) for each in watch.detectors.values())
