from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry

from mooring.gateway.edge.door import Door, Place
from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.edge.progress import Phase
from mooring.telemetry.binding import bind
from mooring.telemetry.catalogue import metrics_of

LIMITS = EdgeLimits(connections=4, connections_per_address=2, spare_connections=1)


@dataclass(eq=False)
class Guest:
    """A connection that remembers what happened to it."""

    phase: Phase = Phase.ANSWER
    evicted: bool = False
    checked: int = 0

    def evict(self) -> None:
        self.evicted = True

    def check(self, now: float) -> None:
        self.checked += 1


def door(registry: CollectorRegistry | None = None, limits: EdgeLimits = LIMITS) -> Door:
    return Door(limits, bind(metrics_of("gateway"), registry or CollectorRegistry()))


def within_a_loop(scene: Callable[[], None]) -> None:
    async def run() -> None:
        scene()

    asyncio.run(run())


def test_a_newcomer_beyond_either_cap_takes_a_spare_place_and_the_next_none() -> None:
    def scene() -> None:
        entrance = door()
        hosts = ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"]
        assert [entrance.admit(Guest(), host) for host in hosts] == [
            Place.INSIDE,
            Place.INSIDE,
            Place.SPARE,
            Place.OUTSIDE,
        ]

    within_a_loop(scene)


def test_all_addresses_together_have_a_cap() -> None:
    def scene() -> None:
        entrance = door()
        places = [entrance.admit(Guest(), f"192.0.2.{i}") for i in range(5)]
        assert places == [Place.INSIDE] * 4 + [Place.SPARE]

    within_a_loop(scene)


@pytest.mark.parametrize("newcomer", ["192.0.2.0", "198.51.100.9"])
@pytest.mark.parametrize(
    ("phases", "goes"),
    [
        pytest.param([Phase.IDLE, Phase.HEAD], 1, id="a half-open one before an idle one"),
        pytest.param([Phase.IDLE, Phase.SILENT], 1, id="a silent one before an idle one"),
        pytest.param([Phase.HEAD, Phase.SILENT], 0, id="of half-open ones the oldest"),
        pytest.param([Phase.HEAD, Phase.LEAVING], 1, id="one that is leaving before any"),
        pytest.param([Phase.ANSWER, Phase.IDLE], 1, id="an idle one before a request"),
        pytest.param([Phase.IDLE, Phase.IDLE], 0, id="of idle ones the oldest"),
    ],
)
def test_who_waits_without_a_request_makes_room(
    phases: list[Phase], goes: int, newcomer: str
) -> None:
    def scene() -> None:
        entrance = door()
        waiting = [Guest(phase) for phase in phases]
        for guest in waiting:
            entrance.admit(guest, "192.0.2.0")
        for i in (1, 2):
            entrance.admit(Guest(), f"192.0.2.{i}")
        assert entrance.admit(Guest(), newcomer) is Place.INSIDE
        assert [guest.evicted for guest in waiting] == [i == goes for i in range(2)]

    within_a_loop(scene)


def test_a_guest_that_has_begun_a_request_is_not_asked_to_go() -> None:
    def scene() -> None:
        entrance = door()
        guests = [Guest(Phase.SILENT), Guest(Phase.SILENT)]
        for guest in guests:
            entrance.admit(guest, "192.0.2.0")
        guests[0].phase = Phase.BODY
        entrance.moved(guests[0])
        entrance.admit(Guest(), "192.0.2.0")
        assert [guest.evicted for guest in guests] == [False, True]

    within_a_loop(scene)


def test_who_leaves_makes_room_and_is_not_counted() -> None:
    registry = CollectorRegistry()

    def scene() -> None:
        entrance = door(registry)
        guests = [Guest(), Guest()]
        for guest in guests:
            entrance.admit(guest, "192.0.2.0")
        assert registry.get_sample_value("mooring_gateway_connections") == 2
        entrance.leave(guests[0])
        entrance.leave(guests[0])
        assert entrance.admit(Guest(), "192.0.2.0") is Place.INSIDE
        assert registry.get_sample_value("mooring_gateway_connections") == 2

    within_a_loop(scene)


def test_one_timer_looks_after_everybody_and_ends_with_the_last() -> None:
    limits = EdgeLimits(sweep_seconds=0.01)

    async def scene() -> None:
        entrance, guests = door(limits=limits), [Guest(), Guest()]
        for guest in guests:
            entrance.admit(guest, "192.0.2.0")
        while not all(guest.checked for guest in guests):
            await asyncio.sleep(0.01)
        for guest in guests:
            entrance.leave(guest)
        while entrance.watches:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(scene(), 10))
