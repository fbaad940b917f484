"""The breaker, by examples and as a state machine against a reference written another way."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mooring.gateway.hop.breaker import Breaker, BreakerPolicy, Permit, State

POLICY = BreakerPolicy(
    in_a_row=3, ratio=0.5, at_least=6, window=8, window_seconds=10.0, open_seconds=1.0,
    longest_seconds=5.0,
)  # fmt: skip


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(POLICY, clock)


def note(breaker: Breaker, *outcomes: bool | None) -> None:
    for outcome in outcomes:
        breaker.end(breaker.begin(), outcome)


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        pytest.param([False] * 2, State.CLOSED, id="two failures are luck"),
        pytest.param([False] * 3, State.OPEN, id="three in a row are not"),
        pytest.param([False, False, True, False], State.CLOSED, id="a success begins a new row"),
        pytest.param(
            [False, None, False, None, False], State.OPEN, id="what says nothing does not"
        ),
        pytest.param([None] * 9, State.CLOSED, id="what says nothing is no failure"),
        pytest.param([True, False] * 3, State.OPEN, id="half of enough calls"),
        pytest.param([False, True] * 2 + [False], State.CLOSED, id="half of too few"),
        pytest.param([True, True, False] * 4, State.CLOSED, id="a third"),
    ],
)
def test_it_opens_when_too_much_fails(
    breaker: Breaker, outcomes: list[bool | None], state: State
) -> None:
    note(breaker, *outcomes)
    assert (breaker.state, breaker.admits) == (state, state is State.CLOSED)


def test_what_failed_long_ago_is_forgotten(breaker: Breaker, clock: Clock) -> None:
    note(breaker, False, True, False, True, True)
    clock.now += 10.0
    note(breaker, True, False)
    assert breaker.state is State.CLOSED


def test_after_its_time_one_probe_is_let_through(breaker: Breaker, clock: Clock) -> None:
    note(breaker, *[False] * 3)
    assert breaker.seconds_to_probe == 1.0
    clock.now += 1.0
    assert (breaker.state, breaker.admits, breaker.seconds_to_probe) == (State.HALF_OPEN, True, 0.0)
    probe = breaker.begin()
    assert not breaker.admits
    with pytest.raises(RuntimeError, match="admits nothing"):
        breaker.begin()
    breaker.end(probe, ok=True)
    assert breaker.state is State.CLOSED


def test_a_probe_that_says_nothing_makes_room_for_another(breaker: Breaker, clock: Clock) -> None:
    note(breaker, *[False] * 3)
    clock.now += 1.0
    note(breaker, None)
    assert (breaker.state, breaker.admits) == (State.HALF_OPEN, True)


def test_each_failed_probe_doubles_the_time_up_to_the_longest(
    breaker: Breaker, clock: Clock
) -> None:
    note(breaker, *[False] * 3)
    waits = []
    for _ in range(5):
        waits.append(breaker.seconds_to_probe)
        clock.now += waits[-1]
        note(breaker, False)
    assert waits == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_calls_from_before_it_opened_have_no_say(breaker: Breaker, clock: Clock) -> None:
    early = [breaker.begin() for _ in range(5)]
    note(breaker, *[False] * 3)
    clock.now += 1.0
    probe = breaker.begin()
    for permit in early:
        breaker.end(permit, ok=False)
    breaker.end(probe, ok=True)
    assert breaker.state is State.CLOSED


def test_another_process_behind_the_address_starts_afresh(breaker: Breaker) -> None:
    early = breaker.begin()
    note(breaker, *[False] * 3)
    breaker.reset()
    note(breaker, False, False)
    breaker.end(early, ok=False)
    assert breaker.state is State.CLOSED


@dataclass
class Reference:
    """The rules once more, told from the whole history instead of kept as a state.

    `history` holds what ended since the last change of state: (when, ok).
    """

    history: list[tuple[float, bool]] = field(default_factory=list)
    openings: list[float] = field(default_factory=list)  # of the present trouble, oldest first

    def until(self) -> float:
        pauses = [min(1.0 * 2**n, 5.0) for n in range(len(self.openings))]
        return self.openings[-1] + pauses[-1] if self.openings else float("-inf")

    def state(self, now: float) -> State:
        if not self.openings:
            return State.CLOSED
        return State.OPEN if now < self.until() else State.HALF_OPEN

    def ended(self, now: float, ok: bool) -> None:
        if self.openings:
            self.openings, self.history = ([] if ok else [*self.openings, now]), []
            return
        self.history.append((now, ok))
        if not ok and self._too_many(now):
            self.openings, self.history = [now], []

    def _too_many(self, now: float) -> bool:
        if len(self.history) >= 3 and not any(ok for _, ok in self.history[-3:]):
            return True
        recent = [ok for at, ok in self.history[-8:] if at > now - 10.0]
        return len(recent) >= 6 and 2 * (len(recent) - sum(recent)) >= len(recent)


class BreakerMachine(RuleBasedStateMachine):
    """Calls begin, overlap, end in any order, and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = Breaker(POLICY, self.clock)
        self.reference = Reference()
        self.era = 0  # changes of the reference's state: calls of another era have no say
        self.under_way: list[tuple[Permit, int, bool]] = []

    def probing(self) -> bool:
        return any(era == self.era and probe for _, era, probe in self.under_way)

    def admits(self) -> bool:
        state = self.reference.state(self.clock.now)
        return state is State.CLOSED or (state is State.HALF_OPEN and not self.probing())

    @precondition(lambda self: self.admits())
    @rule()
    def begin(self) -> None:
        probe = self.reference.state(self.clock.now) is State.HALF_OPEN
        self.under_way.append((self.breaker.begin(), self.era, probe))

    @precondition(lambda self: not self.admits())
    @rule()
    def begin_in_vain(self) -> None:
        with pytest.raises(RuntimeError):
            self.breaker.begin()

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), ok=st.sampled_from([True, False, False, None]))
    def end(self, data: st.DataObject, ok: bool | None) -> None:
        chosen = data.draw(st.integers(0, len(self.under_way) - 1))
        permit, era, _ = self.under_way.pop(chosen)
        self.breaker.end(permit, ok)
        if era == self.era and ok is not None:
            before = list(self.reference.openings)
            self.reference.ended(self.clock.now, ok)
            self.era += self.reference.openings != before

    @rule(seconds=st.sampled_from([0.25, 0.5, 1.0, 2.0, 5.0, 11.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def replaced(self) -> None:
        self.breaker.reset()
        self.reference = Reference()
        self.era += 1

    @invariant()
    def they_agree(self) -> None:
        now = self.clock.now
        assert self.breaker.state is self.reference.state(now)
        assert self.breaker.admits == self.admits()
        assert self.breaker.seconds_to_probe == pytest.approx(
            max(0.0, self.reference.until() - now) if self.reference.openings else 0.0
        )

    @invariant()
    def at_most_one_probe_is_under_way(self) -> None:
        probes = [era for _, era, probe in self.under_way if probe and era == self.era]
        assert len(probes) <= 1


BreakerMachine.TestCase.settings = settings(
    max_examples=200, stateful_step_count=60, deadline=None, derandomize=True
)
TestBreaker = BreakerMachine.TestCase
