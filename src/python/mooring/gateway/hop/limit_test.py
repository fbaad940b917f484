from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.gateway.hop.limit import Fixed, Paced, PacePolicy

POLICY = PacePolicy(seconds=0.15, stretch=3.0, lowest=4, highest=100, smoothing=0.1)


def taught(*measured: tuple[float, int], times: int = 100) -> Paced:
    limit = Paced(POLICY)
    for _ in range(times):
        for seconds, in_flight in measured:
            limit.measured(seconds, in_flight)
    return limit


def test_it_begins_with_the_highest() -> None:
    assert Paced(POLICY).now == 100


@pytest.mark.parametrize(
    ("measured", "limit"),
    [
        pytest.param([(1.0, 100)], 15, id="100 a second: what is finished in 0.15 s"),
        pytest.param([(0.1, 100)], 100, id="1,000 a second: as many as there may be"),
        pytest.param([(10.0, 100)], 4, id="10 a second: as few as there may be"),
        pytest.param([(0.001, 2)], 100, id="too little is asked to tell"),
        pytest.param([(0.0, 100)], 100, id="quicker than the clock"),
        pytest.param([(0.2, 1), (0.5, 100)], 100, id="slow by itself: three times that is well"),
        pytest.param([(0.2, 1), (2.0, 100)], 30, id="slow by itself, and slower in company"),
    ],
)
def test_it_settles_at_what_is_finished_in_time(
    measured: list[tuple[float, int]], limit: int
) -> None:
    assert taught(*measured).now == pytest.approx(limit, abs=limit * 0.06)


def test_it_rises_again_when_work_is_quick_again() -> None:
    limit = taught((10.0, 100))
    for _ in range(100):
        limit.measured(0.01, limit.now)
    assert limit.now >= 50


def test_an_overload_does_not_teach_it_what_is_usual() -> None:
    limit = taught((0.01, 1))
    for _ in range(10_000):
        limit.measured(limit.now / 30.0, limit.now)
    assert limit.now <= 5


@given(st.lists(st.tuples(st.floats(0.0, 1e9), st.integers(1, 1_000)), max_size=200))
def test_it_stays_between_its_bounds(measured: list[tuple[float, int]]) -> None:
    limit = Paced(POLICY)
    for seconds, in_flight in measured:
        limit.measured(seconds, in_flight)
        assert POLICY.lowest <= limit.now <= POLICY.highest


def test_a_fixed_one_learns_nothing() -> None:
    limit = Fixed(7)
    limit.measured(99.0, 7)
    assert limit.now == 7
