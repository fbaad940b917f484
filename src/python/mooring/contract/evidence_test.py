from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.contract.evidence import Evidence

THRESHOLD = 100.0


def played(excess: list[float], tolerance: float = 0.0) -> Evidence:
    evidence = Evidence(tolerance)
    for each in excess:
        evidence.bet(each)
    return evidence


def rounds_until(threshold: float, excess: list[float], tolerance: float = 0.0) -> int:
    evidence = Evidence(tolerance)
    for number, each in enumerate(excess, start=1):
        evidence.bet(each)
        if evidence.value >= threshold:
            return number
    raise AssertionError("the evidence never sufficed")


@given(st.lists(st.floats(-1.0, 1.0), max_size=300), st.floats(0.0, 1.0))
def test_the_gambler_never_owes_money(excess: list[float], tolerance: float) -> None:
    evidence = played(excess, tolerance)
    assert 0.0 <= evidence.value <= evidence.peak


@given(st.lists(st.floats(-1.0, 1.0), max_size=50), st.floats(-1.0, 1.0), st.floats(0.0, 0.9))
def test_a_fair_round_leaves_the_expected_money_as_it_was(
    before: list[float], win: float, tolerance: float
) -> None:
    """Two outcomes whose mean is the tolerance: the martingale property itself, not a sample."""
    loss = 2 * tolerance - win
    if not -1.0 <= loss <= 1.0:
        return
    now = played(before, tolerance).value
    after = [played([*before, outcome], tolerance).value for outcome in (win, loss)]
    assert sum(after) / 2 == pytest.approx(now, rel=1e-9)


@pytest.mark.parametrize(
    "excess",
    [
        pytest.param([], id="no round"),
        pytest.param([0.0] * 10_000, id="both sides always alike"),
        pytest.param([-0.01] * 10_000, id="a better challenger"),
        pytest.param([0.02] * 10_000, id="a challenger as bad as is tolerated"),
    ],
)
def test_nothing_is_proven_by(excess: list[float]) -> None:
    assert played(excess, tolerance=0.02).peak == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("excess", "most"),
    [
        pytest.param(1.0, 15, id="every answer fails"),
        pytest.param(0.3, 45, id="one in three"),
        pytest.param(0.05, 250, id="one in twenty"),
    ],
)
def test_a_steady_difference_is_proven_within(excess: float, most: int) -> None:
    assert rounds_until(THRESHOLD, [excess] * most) <= most


def test_a_challenger_that_turns_bad_after_a_long_good_time_is_found() -> None:
    good = [-0.05] * 20_000
    assert rounds_until(THRESHOLD, good + [1.0] * 60) <= len(good) + 60


def test_of_many_fair_games_few_are_ever_won() -> None:
    chance = random.Random(7)
    won = sum(
        played([chance.choice((-1.0, 0.0, 0.0, 1.0)) for _ in range(400)]).peak >= 20.0
        for _ in range(400)
    )
    assert won / 400 <= 1 / 20


@given(st.lists(st.floats(-1.0, 1.0), max_size=50), st.lists(st.floats(-1.0, 1.0), max_size=50))
def test_a_game_that_was_broken_off_goes_on_with_the_same_money(
    before: list[float], after: list[float]
) -> None:
    resumed = Evidence(0.01, played(before, 0.01).money)
    for each in after:
        resumed.bet(each)
    assert resumed.money == played([*before, *after], 0.01).money
