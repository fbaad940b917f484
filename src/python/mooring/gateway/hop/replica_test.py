from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from mooring.contract.columns import Columns
from mooring.contract.routing import Target
from mooring.gateway import errors
from mooring.gateway.hop.breaker import Breaker, BreakerPolicy, State
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.served import Served
from mooring.gateway.hop.upstream import Answered
from mooring.gateway.testing.contracts import BUNDLE, CONTRACT, VERSION

SERVED = Served.of(Target(urls=("http://a",), version=VERSION, bundle=BUNDLE), CONTRACT)
ROWS: Columns = {"hour": np.array([7.0])}
ENOUGH = CONTRACT.limits.deadline_seconds
ONCE = BreakerPolicy(in_a_row=1)


@dataclass
class FakeHop:
    """Does what it is told at each call."""

    says: Callable[[], Answered] = lambda: Answered(np.array([0.07]), last=False)

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def learn(self) -> Served:
        return SERVED

    async def predict(self, served: Served, columns: Columns, deadline: Deadline) -> Answered:
        return self.says()


@dataclass
class Bench:
    """A replica whose breaker opens at the first failure, and the states that it showed."""

    hop: FakeHop = field(default_factory=FakeHop)
    shown: list[State] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.replica = Replica(self.hop, Breaker(ONCE), self.shown.append)
        self.replica.learned(SERVED)

    def ask(self, seconds: float = ENOUGH) -> None:
        asyncio.run(self._ask(seconds))

    async def _ask(self, seconds: float) -> None:
        await self.replica.predict(SERVED, ROWS, Deadline.within(seconds))

    def fail(self, error: BaseException, seconds: float = ENOUGH) -> None:
        def failing() -> Answered:
            raise error

        self.hop.says = failing
        with pytest.raises(type(error)):
            self.ask(seconds)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def refused(status: int) -> errors.UpstreamError:
    return errors.UpstreamRefused("m", "no", status)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        pytest.param(errors.UpstreamUnreachable("m", "x"), State.OPEN, id="no connection"),
        pytest.param(errors.UpstreamDisconnected("m", "x"), State.OPEN, id="it hung up"),
        pytest.param(errors.UpstreamTimeout("m", "x"), State.OPEN, id="it took too long"),
        pytest.param(errors.UpstreamInvalid("m", "x"), State.OPEN, id="its answer is unusable"),
        pytest.param(errors.UpstreamNotReady("m", "x"), State.OPEN, id="it has no model"),
        pytest.param(refused(500), State.OPEN, id="it failed"),
        pytest.param(refused(422), State.CLOSED, id="it found fault with the rows"),
        pytest.param(errors.UpstreamChanged("m", "x"), State.CLOSED, id="it is being replaced"),
        pytest.param(errors.UpstreamBusy("m", "x"), State.CLOSED, id="it has too much to do"),
    ],
)
def test_what_speaks_against_a_replica(
    bench: Bench, error: errors.UpstreamError, state: State
) -> None:
    bench.fail(error)
    assert (bench.replica.breaker.state, bench.shown[-1]) == (state, state)
    assert bench.replica.doubted.is_set() == (not isinstance(error, errors.UpstreamBusy))


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        pytest.param(ENOUGH * 0.6, State.OPEN, id="as long as is fair"),
        pytest.param(ENOUGH * 0.4, State.CLOSED, id="less, because the caller was in a hurry"),
    ],
)
def test_a_timeout_counts_if_the_replica_was_given(
    bench: Bench, seconds: float, state: State
) -> None:
    bench.fail(errors.UpstreamTimeout("m", "late"), seconds)
    assert bench.replica.breaker.state is state
    assert bench.replica.doubted.is_set() == (state is State.OPEN)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(asyncio.CancelledError(), id="its caller is gone"),
        pytest.param(errors.DeadlineExceeded("m"), id="there was no time to ask"),
    ],
)
def test_what_says_nothing_of_the_replica_gives_the_call_back(
    bench: Bench, error: BaseException
) -> None:
    bench.fail(error)
    assert (bench.replica.breaker.state, bench.replica.in_flight) == (State.CLOSED, 0)
    assert not bench.replica.doubted.is_set()


def goodbye() -> Answered:
    return Answered(np.array([0.07]), last=True)


def test_a_goodbye_is_doubted_at_once(bench: Bench) -> None:
    bench.hop.says = goodbye
    bench.ask()
    assert bench.replica.leaving
    assert bench.replica.doubted.is_set()


def test_one_that_said_goodbye_and_was_away_is_as_new(bench: Bench) -> None:
    bench.hop.says = goodbye
    bench.ask()
    bench.replica.lost("draining")
    bench.replica.learned(SERVED)
    bench.ask()
    assert bench.replica.leaving


def test_one_that_is_ready_after_its_goodbye_is_not_listened_to_again(bench: Bench) -> None:
    bench.hop.says = goodbye
    bench.ask()
    bench.replica.doubted.clear()
    bench.replica.learned(SERVED)
    bench.ask()
    assert not bench.replica.leaving
    assert not bench.replica.doubted.is_set()


def test_what_was_learned_before_the_goodbye_does_not_refute_it(bench: Bench) -> None:
    bench.replica.doubted.clear()
    bench.hop.says = goodbye
    bench.ask()
    bench.replica.learned(SERVED)
    assert bench.replica.leaving


def test_who_comes_back_has_a_closed_breaker(bench: Bench) -> None:
    bench.fail(errors.UpstreamUnreachable("m", "gone"))
    bench.replica.lost("its service cannot be reached")
    assert bench.replica.breaker.state is State.OPEN
    bench.replica.learned(SERVED)
    assert bench.shown[-1] is State.CLOSED


def test_who_was_never_away_keeps_its_breaker(bench: Bench) -> None:
    bench.fail(errors.UpstreamTimeout("m", "late"))
    bench.replica.learned(SERVED)
    assert bench.replica.breaker.state is State.OPEN
