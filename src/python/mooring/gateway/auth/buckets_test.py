from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.gateway.auth.buckets import Buckets


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Reference:
    """The token bucket as it is told in books, in exact numbers."""

    def __init__(self, rate: int, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = Fraction(burst), Fraction(1000)

    def take(self, now: Fraction) -> bool:
        filled = self._tokens + (now - self._at) * self._rate
        self._tokens, self._at = min(Fraction(self._burst), filled), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


# Steps of 1/64 s, which floats hold exactly, and rates whose inverse they hold too.
STEPS = st.lists(st.integers(0, 200), min_size=1, max_size=200)


@given(STEPS, st.sampled_from([1, 2, 8, 64]), st.integers(1, 20))
def test_a_bucket_takes_what_the_book_takes(steps: list[int], rate: int, burst: int) -> None:
    clock = Clock()
    buckets, reference = Buckets(clock), Reference(rate, burst)
    for step in steps:
        clock.now += step / 64
        assert (buckets.take("a", rate, burst) == 0) == reference.take(Fraction(clock.now))


@given(st.lists(st.floats(0, 3), min_size=1, max_size=200), st.floats(0.1, 500), st.integers(1, 9))
def test_nobody_gets_more_than_the_burst_and_the_rate(
    steps: list[float], rate: float, burst: int
) -> None:
    clock = Clock()
    buckets = Buckets(clock)
    taken = 0
    for step in steps:
        clock.now += step
        taken += buckets.take("a", rate, burst) == 0
        assert taken <= burst + rate * (clock.now - 1000.0) + 1e-3


@given(st.integers(1, 50), st.floats(0.1, 500), st.integers(1, 9))
def test_who_waits_as_long_as_told_is_let_in(rounds: int, rate: float, burst: int) -> None:
    clock = Clock()
    buckets = Buckets(clock)
    for _ in range(rounds):
        while (wait := buckets.take("a", rate, burst)) == 0:
            pass
        clock.now += wait
        assert buckets.take("a", rate, burst) == 0


def test_who_keeps_to_the_rate_never_waits() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    for _ in range(10_000):
        assert buckets.take("a", 7.0, 1) == 0
        clock.now += 1 / 7


def test_buckets_are_apart() -> None:
    buckets = Buckets(Clock())
    assert buckets.take("a", 1, 1) == 0
    assert buckets.take("b", 1, 1) == 0
    assert buckets.take("a", 1, 1) == pytest.approx(1.0)


def test_looking_takes_nothing() -> None:
    buckets = Buckets(Clock())
    assert [buckets.wait("a", 1, 1) for _ in range(3)] == [0, 0, 0]
    assert not len(buckets)


def test_memory_is_bounded_and_the_oldest_is_forgotten_first() -> None:
    buckets = Buckets(Clock(), most=10)
    for name in range(100):
        buckets.take(str(name), 1, 1)
    assert len(buckets) == 10
    assert buckets.wait("99", 1, 1) > 0
    assert buckets.wait("0", 1, 1) == 0


def test_who_asks_again_is_not_the_oldest() -> None:
    buckets = Buckets(Clock(), most=2)
    for name in ("a", "b", "a", "c"):
        buckets.take(name, 1, 2)
    assert buckets.wait("a", 1, 2) > 0
    assert buckets.wait("b", 1, 1) == 0
