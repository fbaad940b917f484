"""Who is let in, who waits and who is turned away: all in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from mooring.contract.errors import InvalidRows, Violation
from mooring.gateway.errors import DeadlineExceeded, GatewayError, Overloaded, UpstreamTimeout
from mooring.gateway.hop.admission import Admission, AdmissionPolicy, Lane
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.testing.virtual_time import run_virtually
from mooring.telemetry.binding import bind
from mooring.telemetry.resilience import METRICS

TWO_AND_ONE = AdmissionPolicy(kind="fixed", limit=2, queue=1, queue_seconds=1.0)


@dataclass
class Bench:
    """A lane, the work in it, and what was counted."""

    policy: AdmissionPolicy = TWO_AND_ONE
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    inside: int = 0
    most_inside: int = 0

    def open(self) -> Lane:
        """Inside the running loop, whose time it is."""
        clock = asyncio.get_running_loop().time
        return Lane("m", self.policy, bind(METRICS, self.registry), clock)

    async def work(self, lane: Lane, seconds: float, patience: float = 100.0) -> None:
        now = asyncio.get_running_loop().time()
        async with lane.admitted(Deadline.within(patience, now)):
            self.inside += 1
            self.most_inside = max(self.inside, self.most_inside)
            try:
                await asyncio.sleep(seconds)
            finally:
                self.inside -= 1

    def shown(self, metric: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(metric, {"model": "m", **labels})

    @property
    def at_rest(self) -> bool:
        flight, queue = "mooring_gateway_in_flight", "mooring_gateway_queued"
        return (self.shown(flight), self.shown(queue), self.inside) == (0.0, 0.0, 0)


def outcomes(story: Callable[[Bench, Lane], Awaitable[list[object]]], bench: Bench) -> list[object]:
    async def main() -> list[object]:
        return await story(bench, bench.open())

    return run_virtually(main())


def test_what_fits_works_what_does_not_waits_and_the_rest_is_turned_away() -> None:
    bench = Bench()

    async def story(bench: Bench, lane: Lane) -> list[object]:
        work = [bench.work(lane, 0.5) for _ in range(4)]
        return [type(r) for r in await asyncio.gather(*work, return_exceptions=True)]

    assert outcomes(story, bench) == [type(None)] * 3 + [Overloaded]
    assert (bench.most_inside, bench.at_rest) == (2, True)
    assert bench.shown("mooring_gateway_shed_total", reason="queue_full") == 1.0


@pytest.mark.parametrize(
    ("patience", "error", "after"),
    [
        pytest.param(100.0, Overloaded, 1.0, id="as long as the queue may take"),
        pytest.param(0.25, DeadlineExceeded, 0.25, id="no longer than its caller waits"),
    ],
)
def test_nobody_waits_longer_than_is_of_use(
    patience: float, error: type[GatewayError], after: float
) -> None:
    bench = Bench()

    async def story(bench: Bench, lane: Lane) -> list[object]:
        long = [asyncio.create_task(bench.work(lane, 50.0)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(error):
            await bench.work(lane, 1.0, patience)
        waited = asyncio.get_running_loop().time()
        await asyncio.gather(*long)
        return [waited]

    assert outcomes(story, bench) == [pytest.approx(after)]
    assert bench.at_rest


def test_what_has_expired_is_not_begun_even_if_there_is_room() -> None:
    bench = Bench()

    async def story(bench: Bench, lane: Lane) -> list[object]:
        with pytest.raises(DeadlineExceeded):
            await bench.work(lane, 1.0, patience=0.0)
        return []

    outcomes(story, bench)
    assert (bench.most_inside, bench.shown("mooring_gateway_expired_total", where="queue")) == (
        0,
        1.0,
    )


def test_they_wait_in_the_order_in_which_they_came() -> None:
    bench = Bench(AdmissionPolicy(kind="fixed", limit=1, queue=9, queue_seconds=100.0))

    async def story(bench: Bench, lane: Lane) -> list[object]:
        order: list[object] = []

        async def one(number: int) -> None:
            await bench.work(lane, 1.0)
            order.append(number)

        await asyncio.gather(*(one(n) for n in range(9)))
        return order

    assert outcomes(story, bench) == list(range(9))


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(
            InvalidRows([Violation("instances[0].hour", "missing", "Field required")]),
            id="rows that break the contract",
        ),
        pytest.param(UpstreamTimeout("m", "late"), id="a service that is late"),
        pytest.param(asyncio.CancelledError(), id="a caller that leaves"),
    ],
)
def test_whatever_ends_the_work_gives_its_place_back(error: BaseException) -> None:
    bench = Bench()

    async def story(bench: Bench, lane: Lane) -> list[object]:
        for _ in range(5):
            with pytest.raises(type(error)):
                async with lane.admitted(Deadline.within(1.0, 0.0)):
                    raise error
        await bench.work(lane, 0.1)
        return []

    outcomes(story, bench)
    assert bench.at_rest


def test_one_model_does_not_take_the_places_of_another() -> None:
    async def main() -> None:
        admission = Admission(TWO_AND_ONE, bind(METRICS, CollectorRegistry()))
        later = Deadline.within(1e9)
        async with admission.lane("a").admitted(later), admission.lane("a").admitted(later):
            assert admission.lane("a") is not admission.lane("b")
            async with admission.lane("b").admitted(later):
                return

    run_virtually(main())


# When each request comes, how long it works, how long its caller waits, when its caller leaves.
MOMENT = st.integers(0, 40).map(lambda tenths: tenths / 10.0)
REQUESTS = st.lists(st.tuples(MOMENT, MOMENT, MOMENT, MOMENT), max_size=25)


@settings(deadline=None)
@given(REQUESTS, st.integers(1, 4), st.integers(0, 4))
def test_any_traffic_is_bounded_and_leaves_nothing_behind(
    requests: list[tuple[float, float, float, float]], limit: int, queue: int
) -> None:
    bench = Bench(AdmissionPolicy(kind="fixed", limit=limit, queue=queue, queue_seconds=1.0))

    async def one(lane: Lane, at: float, works: float, patience: float, leaves: float) -> None:
        await asyncio.sleep(at)
        task = asyncio.create_task(bench.work(lane, works, patience))
        await asyncio.wait([task], timeout=leaves)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def story(bench: Bench, lane: Lane) -> list[object]:
        await asyncio.gather(*(one(lane, *request) for request in requests))
        await bench.work(lane, 0.1)  # there is room again
        return []

    outcomes(story, bench)
    assert bench.most_inside <= limit
    assert bench.at_rest
