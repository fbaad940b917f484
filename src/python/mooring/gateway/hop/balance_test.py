from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from mooring.contract.columns import Columns
from mooring.contract.routing import Target
from mooring.gateway import errors
from mooring.gateway.hop.balance import Balancer
from mooring.gateway.hop.breaker import BreakerPolicy, State
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.retry import RetryPolicy
from mooring.gateway.hop.served import Served
from mooring.gateway.hop.upstream import Answered
from mooring.gateway.testing.contracts import BUNDLE, CONTRACT, VERSION
from mooring.telemetry.binding import bind
from mooring.telemetry.resilience import METRICS

SERVED = Served.of(Target(urls=("http://a",), version=VERSION, bundle=BUNDLE), CONTRACT)
ROWS: Columns = {"hour": np.array([7.0])}
LATER = 3_600.0
UNREACHABLE = errors.UpstreamUnreachable("m", "gone")
REFUSED = errors.UpstreamRefused("m", "failed")


@dataclass
class FakeHop:
    """Answers with its own name, or as its script says: an error, or an answer that is the last."""

    name: float
    script: list[errors.UpstreamError | Answered] = field(default_factory=list)
    calls: int = 0
    gate: asyncio.Event | None = None

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def learn(self) -> Served:
        return SERVED

    async def predict(self, served: Served, columns: Columns, deadline: Deadline) -> Answered:
        self.calls += 1
        if self.gate is not None:
            await self.gate.wait()
        said = self.script.pop(0) if self.script else Answered(np.array([self.name]), last=False)
        if isinstance(said, errors.UpstreamError):
            raise said
        return said


@dataclass
class Bench:
    """Some replicas behind a balancer, and what was counted."""

    hops: Sequence[FakeHop]
    policy: RetryPolicy = field(default_factory=lambda: RetryPolicy(pause_seconds=0.0))
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.replicas = [Replica(hop) for hop in self.hops]
        for replica in self.replicas:
            replica.learned(SERVED)
        self.balancer = Balancer("m", self.replicas, bind(METRICS, self.registry), self.policy)

    async def ask(self, seconds: float = LATER) -> float:
        values: NDArray[np.float64] = await self.balancer.predict(
            SERVED, ROWS, Deadline.within(seconds)
        )
        return float(values[0])

    async def try_to_ask(self) -> float | None:
        try:
            return await self.ask()
        except errors.GatewayError:
            return None

    @property
    def calls(self) -> list[int]:
        return [hop.calls for hop in self.hops]

    def retries(self, outcome: str) -> float | None:
        labels = {"model": "m", "outcome": outcome}
        return self.registry.get_sample_value("mooring_gateway_retries_total", labels)


def bench(*scripts: Sequence[errors.UpstreamError | Answered]) -> Bench:
    return Bench([FakeHop(float(n), list(script)) for n, script in enumerate(scripts)])


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def within_seconds() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(within_seconds())


def test_calls_one_after_another_take_turns() -> None:
    two = bench([], [])

    async def story() -> None:
        assert [await two.ask() for _ in range(6)] == [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]

    run(story)


def test_the_one_with_the_least_in_flight_is_asked() -> None:
    two = bench([], [])

    async def story() -> None:
        two.hops[0].gate = asyncio.Event()
        stuck = asyncio.create_task(two.ask())
        await asyncio.sleep(0)
        assert [await two.ask() for _ in range(5)] == [1.0] * 5
        two.hops[0].gate.set()
        assert await stuck == 0.0

    run(story)


@pytest.mark.parametrize(
    ("scripts", "calls", "outcome"),
    [
        pytest.param([[UNREACHABLE], []], [1, 1], "ok", id="another replica"),
        pytest.param([[UNREACHABLE]], [2], "ok", id="the same, if there is no other"),
        pytest.param([[UNREACHABLE], [UNREACHABLE]], [1, 1], "failed", id="once and no more"),
    ],
)
def test_what_was_not_executed_is_asked_again_of(
    scripts: list[list[errors.UpstreamError]], calls: list[int], outcome: str
) -> None:
    some = bench(*scripts)

    async def story() -> None:
        assert (await some.try_to_ask() is None) == (outcome == "failed")

    run(story)
    assert (some.calls, some.retries(outcome)) == (calls, 1.0)


def test_what_failed_on_its_rows_is_not_asked_again() -> None:
    two = bench([REFUSED], [])

    async def story() -> None:
        with pytest.raises(errors.UpstreamRefused):
            await two.ask()

    run(story)
    assert two.calls == [1, 0]


def test_the_first_error_is_told_when_there_is_nobody_left_to_ask() -> None:
    one = bench([UNREACHABLE])

    async def story() -> None:
        one.hops[0].gate = asyncio.Event()
        asked = asyncio.create_task(one.ask())
        await asyncio.sleep(0)
        one.replicas[0].lost("its service cannot be reached")
        one.hops[0].gate.set()
        with pytest.raises(errors.UpstreamUnreachable):
            await asked

    run(story)
    assert (one.calls, one.retries("no_replica")) == ([1], 1.0)


def test_an_empty_budget_ends_retries() -> None:
    two = bench([UNREACHABLE] * 10, [UNREACHABLE] * 10)

    async def story() -> None:
        for _ in range(6):
            await two.try_to_ask()

    run(story)
    assert (sum(two.calls), two.retries("no_budget")) == (9, 3.0)


def test_nobody_is_asked_for_an_answer_that_nobody_awaits() -> None:
    two = bench([], [])

    async def story() -> None:
        with pytest.raises(errors.DeadlineExceeded):
            await two.ask(seconds=0.0)

    run(story)
    expired = two.registry.get_sample_value(
        "mooring_gateway_expired_total", {"model": "m", "where": "hop"}
    )
    assert (two.calls, expired) == ([0, 0], 1.0)


def test_one_that_is_lost_is_not_asked_until_it_is_found_again() -> None:
    two = bench([], [])

    async def story() -> None:
        two.replicas[0].lost("gone")
        assert [await two.ask() for _ in range(3)] == [1.0] * 3
        two.replicas[0].learned(SERVED)
        assert {await two.ask() for _ in range(2)} == {0.0, 1.0}

    run(story)


def test_without_any_replica_the_answer_is_no_at_once() -> None:
    one = bench([])

    async def story() -> None:
        one.replicas[0].lost("its service is still loading")
        with pytest.raises(errors.UpstreamNotReady, match="still loading"):
            await one.ask()

    run(story)
    assert one.calls == [0]


def test_one_that_fails_is_left_alone_and_the_other_serves() -> None:
    two = bench([REFUSED] * 5, [])

    async def story() -> None:
        answers = [await two.try_to_ask() for _ in range(20)]
        assert answers[-10:] == [1.0] * 10

    run(story)
    assert two.replicas[0].breaker.state is State.OPEN
    assert two.calls[0] == BreakerPolicy().in_a_row


def test_with_every_breaker_open_it_says_when_it_is_tried_again() -> None:
    one = bench([REFUSED] * 5)

    async def story() -> None:
        for _ in range(5):
            await one.try_to_ask()
        with pytest.raises(errors.CircuitOpen) as refused:
            await one.ask()
        assert 0.0 < refused.value.seconds <= 1.0

    run(story)
    assert one.calls == [5]


def test_one_that_says_goodbye_is_asked_only_if_there_is_no_other() -> None:
    two = bench([Answered(np.array([0.0]), last=True)], [])

    async def story() -> None:
        assert [await two.ask() for _ in range(4)] == [0.0, 1.0, 1.0, 1.0]
        two.replicas[1].lost("gone")
        assert await two.ask() == 0.0

    run(story)


# For each call that reaches a replica: whether it fails, and how.
FAILURES = st.sampled_from(
    [None, UNREACHABLE, errors.UpstreamDisconnected("m", "hung up"), REFUSED]
)


@given(st.lists(FAILURES, max_size=200), st.integers(1, 3), st.integers(1, 200))
def test_calls_are_at_most_one_and_a_tenth_of_requests_and_three(
    failures: list[errors.UpstreamError | None], replicas: int, requests: int
) -> None:
    ok = Answered(np.array([1.0]), last=False)
    script = [ok if failure is None else failure for failure in failures]
    some = bench(*[script[n::replicas] for n in range(replicas)])

    async def story() -> None:
        for done in range(1, requests + 1):
            await some.try_to_ask()
            assert sum(some.calls) <= 1.1 * done + 3

    run(story)
