"""A short soak: nothing is kept of a request that could be counted. The long one is slow."""

from __future__ import annotations

import pytest

from tests.performance.gateway_soak import Sample, Soak, soak

REQUESTS = 5_000
# Connections that come and go between two looks: those to the service end after 3 s of silence.
# Threads of asyncio's pool, which starts one when all others are busy.
PLAY = 4


@pytest.fixture(scope="module")
def run() -> Soak:
    return soak(REQUESTS)


def test_every_request_is_answered_as_it_should_be(run: Soak) -> None:
    assert run.unexpected == {}
    assert run.samples[-1].requests >= REQUESTS * 0.9


def test_descriptors_and_threads_are_as_many_at_the_end_as_in_the_middle(run: Soak) -> None:
    middle, end = run.second_half[0], run.samples[-1]
    assert abs(end.descriptors - middle.descriptors) <= PLAY
    assert abs(end.threads - middle.threads) <= PLAY


def test_the_slope_is_that_of_the_second_half() -> None:
    samples = tuple(
        Sample(n * 10, 500 if n < 5 else 500 + 7 * (n - 5) * 10, 1, 1) for n in range(10)
    )
    assert round(Soak(samples, {}, 1.0).slope, 6) == 7.0
