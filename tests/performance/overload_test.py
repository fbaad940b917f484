"""What is promised of overload, in virtual time: the same figures on every machine."""

from __future__ import annotations

import pytest

from tests.performance.overload import ADAPTIVE, CANDIDATES, batches, step


@pytest.mark.parametrize(
    "rate",
    [
        pytest.param(80.0, id="a service with some room"),
        pytest.param(150.0, id="a service that was overloaded before"),
    ],
)
def test_a_service_that_becomes_slow_still_does_what_it_can_in_time(rate: float) -> None:
    found = step(ADAPTIVE, rate, end=40.0)
    assert found["goodput"] >= 0.8, found
    assert found["ratio"] <= 3.0, found


def test_without_a_limit_that_learns_the_same_service_answers_late() -> None:
    fixed = next(each for each in CANDIDATES if each.name == "fixed 64")
    assert step(fixed, 80.0, end=40.0)["ratio"] > 10.0


@pytest.mark.parametrize(
    "fixed",
    [pytest.param(0.002, id="2 ms a call"), pytest.param(0.1, id="a slow one, 100 ms a call")],
)
def test_a_service_that_batches_is_not_held_back(fixed: float) -> None:
    adaptive, free = (
        batches(each, 48, fixed)
        for each in (ADAPTIVE, next(each for each in CANDIDATES if each.name == "fixed 256"))
    )
    assert adaptive["failed"] == 0
    assert adaptive["rate"] >= 0.9 * free["rate"], (adaptive, free)
