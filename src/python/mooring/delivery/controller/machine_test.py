from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.bundle.release import Release
from mooring.contract.routing import Routing
from mooring.delivery.controller.machine import Deed, Seen, advance, deed_of, refused, route_of
from mooring.delivery.controller.plan import Plan, Step
from mooring.delivery.controller.ports import Observed
from mooring.delivery.controller.state import Rollout, State
from mooring.delivery.controller.testing.releases import MODEL, release, target
from mooring.delivery.controller.testing.world import counts

PLAN = Plan(
    steps=(
        Step(percent=5.0, seconds=60.0, requests=100),
        Step(percent=50.0, seconds=30.0, requests=200),
    ),
    patience_seconds=1000.0,
    ready_seconds=300.0,
)
TRIED = release(1, 2)


class World:
    """Looks at a world that the test changes, one after the other."""

    def __init__(self, wish: Release = TRIED) -> None:
        self.state = State(model=MODEL)
        self.wish = wish
        self.now = 1000.0
        self.version = 7
        self.ready = {1, 2, 3}
        self.gateways: dict[str, Observed | None] = {"a": self.gateway()}

    def gateway(self, requests: int = 0, errors: int = 0, **change: Any) -> Observed:
        counted = {
            (MODEL, 1): counts(requests),
            (MODEL, 2): counts(requests, errors=errors),
        }
        observed = Observed(1.0, self.version, frozenset(), counted)
        return replace(observed, **change)

    def urls(self, version: int | None) -> tuple[str, ...] | None:
        return target(version).urls if version in self.ready and version is not None else None

    def look(self, seconds: float = 0.0, **gateway: Any) -> State:
        self.now += seconds
        if gateway:
            self.gateways["a"] = self.gateway(**gateway)
        champion, challenger = self.wish.champion, self.wish.challenger
        seen = Seen(
            self.urls(champion.version if champion else None),
            self.urls(challenger.version if challenger else None),
            dict(self.gateways),
            self.version,
            self.now,
        )
        self.state = advance(self.state, self.wish, seen, PLAN)
        return self.state

    def percent(self) -> float:
        route = route_of(self.state, PLAN, 1)
        assert route is not None
        return route.percent

    def until_step_1(self) -> World:
        """A rollout at its second step."""
        self.look()
        self.look()
        self.look(60.0, requests=100)
        assert self.percent() == 50.0
        return self

    def until_promoting(self) -> World:
        self.until_step_1()
        self.look(requests=150)
        self.look(30.0, requests=350)
        assert self.deed == "promote"
        return self

    @property
    def rollout(self) -> Rollout:
        assert self.state.rollout is not None
        return self.state.rollout

    @property
    def deed(self) -> str:
        deed = deed_of(self.state)
        return deed.verb if deed else ""

    @property
    def outcome(self) -> str:
        return self.state.last.outcome if self.state.last else ""


def test_a_champion_alone_is_routed_to_once_its_service_is_ready() -> None:
    world = World(release(1))
    world.ready.clear()
    assert route_of(world.look(), PLAN, 1) is None
    world.ready.add(1)
    assert world.look().champion == target(1)
    assert world.state.rollout is None


def test_a_new_champion_is_routed_to_once_its_service_is_ready() -> None:
    world = World(release(1))
    world.look()
    world.wish = release(3)
    world.ready.discard(3)
    assert world.look().champion == target(1)
    world.ready.add(3)
    assert world.look().champion == target(3)


def test_a_champion_whose_service_is_lost_stays_where_it_is() -> None:
    world = World(release(1))
    world.look()
    world.ready.clear()
    assert world.look().champion == target(1)


def test_a_release_without_a_champion_moves_nothing() -> None:
    world = World().until_step_1()
    before = world.state
    world.wish = release(None)
    assert world.look(10_000.0) == before


def test_a_challenger_goes_step_by_step_and_is_promoted() -> None:
    world = World().until_promoting()
    assert world.percent() == 50.0
    world.wish = release(2)
    world.look()
    assert (world.outcome, world.state.champion) == ("promoted", target(2))
    assert (world.state.rollout, world.percent()) == (None, 0.0)


@pytest.mark.parametrize(
    ("seconds", "requests"),
    [
        pytest.param(59.0, 5000, id="too little time"),
        pytest.param(900.0, 99, id="too few requests"),
    ],
)
def test_a_step_is_not_over_after(seconds: float, requests: int) -> None:
    world = World()
    world.look()
    world.look(requests=0)
    world.look(seconds, requests=requests)
    assert world.percent() == 5.0


def test_a_step_counts_from_when_all_gateways_obey_it() -> None:
    world = World()
    world.gateways["b"] = world.gateway(version=6)
    world.look()
    world.look(requests=500)
    world.look(60.0, requests=1000)
    assert world.percent() == 5.0
    world.gateways["b"] = world.gateway()
    world.look()
    world.look(30.0, requests=2000)
    assert world.percent() == 5.0
    world.look(30.0, requests=2001)
    assert world.percent() == 50.0


def test_nobody_is_promoted_behind_the_back_of_a_silent_gateway() -> None:
    world = World()
    world.gateways["b"] = world.gateway()
    world.until_step_1()
    world.gateways["b"] = None
    world.look(40.0, requests=5000)
    assert world.deed == ""
    world.look(1000.0)
    assert world.deed == "withdraw"
    assert "1 of 2 gateways obey" in world.rollout.reason


def test_a_worse_challenger_is_aborted_and_its_traffic_ends_before_the_release_is_asked() -> None:
    world = World()
    world.look()
    world.look(requests=0)
    world.look(5.0, requests=100, errors=30)
    assert (world.deed, world.percent()) == ("withdraw", 0.0)
    assert "30 of 100 requests of the challenger" in world.rollout.reason
    assert world.look(10_000.0).rollout is not None
    world.wish = release(1)
    world.look()
    assert (world.outcome, world.state.champion, world.deed) == ("aborted", target(1), "")


@pytest.mark.parametrize("phase", ["baking", "promoting"])
def test_a_gateway_that_aborted_by_itself_aborts_for_all(phase: str) -> None:
    world = World().until_step_1() if phase == "baking" else World().until_promoting()
    world.look(aborted=frozenset({MODEL}), requests=400)
    assert world.deed == "withdraw"


def test_an_abort_of_a_gateway_that_obeys_an_older_document_is_of_another_challenger() -> None:
    world = World()
    world.look()
    world.look(aborted=frozenset({MODEL}), version=6)
    assert world.deed == ""


def test_without_traffic_it_is_given_up_as_inconclusive() -> None:
    world = World()
    world.look()
    world.look()
    world.look(999.0)
    assert (world.deed, world.percent()) == ("", 5.0)
    world.look(1.0)
    assert world.deed == "withdraw"
    assert "0 requests of the challenger where 100 are asked for" in world.rollout.reason
    world.wish = release(1)
    world.look()
    assert world.outcome == "inconclusive"


def test_a_challenger_that_is_never_ready_is_withdrawn() -> None:
    world = World()
    world.ready.discard(2)
    assert world.look().rollout is None
    world.look(299.0)
    assert (world.state.rollout, world.percent()) == (None, 0.0)
    world.look(1.0)
    assert (world.deed, world.percent()) == ("withdraw", 0.0)
    world.wish = release(1)
    world.look()
    assert world.outcome == "not_ready"


@pytest.mark.parametrize(
    ("wish", "outcome", "champion", "challenger"),
    [
        pytest.param(release(2), "promoted", 2, None, id="a person promotes the challenger"),
        pytest.param(release(1), "withdrawn", 1, None, id="a person withdraws the challenger"),
        pytest.param(release(3), "superseded", 3, None, id="a person promotes another"),
        pytest.param(release(3, 2), "superseded", 3, 2, id="a rollback under the challenger"),
        pytest.param(release(1, 3), "withdrawn", 1, 3, id="another challenger"),
    ],
)
@pytest.mark.parametrize("phase", ["baking", "promoting"])
def test_what_a_person_changes_ends_the_rollout(
    wish: Release, outcome: str, champion: int, challenger: int | None, phase: str
) -> None:
    world = World().until_step_1() if phase == "baking" else World().until_promoting()
    world.wish = wish
    world.look()
    assert (world.outcome, world.state.champion) == (outcome, target(champion))
    found = world.state.rollout
    assert (found.challenger if found else None) == (target(challenger) if challenger else None)
    if found is not None:
        assert (found.step, found.counted["champion"].requests) == (0, 0)


def test_a_promotion_that_is_refused_aborts() -> None:
    world = World().until_promoting()
    world.state = refused(world.state, "it is not blessed")
    assert deed_of(world.state) == Deed("withdraw", "it is not blessed")


def test_a_challenger_that_returns_is_tried_again() -> None:
    world = World()
    world.look()
    world.look(requests=0)
    world.look(5.0, requests=100, errors=50)
    world.wish = release(1)
    world.look()
    world.wish = TRIED
    assert world.look().rollout is not None
    assert world.percent() == 5.0


def test_services_that_move_are_followed_and_the_evidence_stays() -> None:
    world = World().until_step_1()
    counted = world.rollout.counted
    seen = Seen(target(1, 9001).urls, target(2, 9002).urls, dict(world.gateways), 7, world.now)
    after = advance(world.state, world.wish, seen, PLAN)
    route = route_of(after, PLAN, 1)
    assert route is not None
    assert (route.champion, route.challenger) == (target(1, 9001), target(2, 9002))
    assert after.rollout is not None
    assert after.rollout.counted == counted


def test_a_clock_that_is_set_back_only_prolongs_a_step() -> None:
    world = World()
    world.look()
    world.look(requests=0)
    world.look(-500.0, requests=500)
    assert world.percent() == 5.0
    world.look(59.0, requests=600)
    assert world.percent() == 5.0
    world.look(1.0, requests=700)
    assert world.percent() == 50.0


WISHES = st.sampled_from(
    [release(1), release(1, 2), release(2), release(1, 3), release(3, 2), release(3), release(None)]
)
LOOKS = st.tuples(
    WISHES,
    st.floats(-100.0, 400.0),
    st.integers(0, 400),
    st.sampled_from([frozenset[str](), frozenset({MODEL})]),
    st.sets(st.integers(1, 3)),
    st.booleans(),
)


@given(st.lists(LOOKS, max_size=30))
def test_whatever_happens_the_route_is_sound_and_never_of_who_was_not_asked_for(
    looks: list[tuple[Release, float, int, frozenset[str], set[int], bool]],
) -> None:
    world = World(release(1))
    requests = 0
    asked: set[str] = set()
    for wish, seconds, more, aborted, ready, silent in looks:
        requests += more
        world.wish, world.ready = wish, ready
        asked |= {each.bundle for each in (wish.champion, wish.challenger) if each}
        world.gateways["b"] = None if silent else world.gateway(requests)
        world.look(seconds, requests=requests, errors=requests // 3, aborted=aborted)
        route = route_of(world.state, PLAN, 2)
        if route is None:
            assert world.state.champion is None
            continue
        Routing(format=1, version=1, models={MODEL: route})
        held = {route.champion.bundle} | ({route.challenger.bundle} if route.challenger else set())
        assert held <= asked
        assert is_stored(world.state)


def is_stored(state: State) -> bool:
    """Whether it comes back from the disk as it was."""
    return State.model_validate_json(state.model_dump_json()) == state
