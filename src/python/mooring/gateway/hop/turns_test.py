from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from mooring.gateway.hop.turns import MOST_CALLS, Turns
from mooring.gateway.testing.virtual_time import run_virtually

LONG = 1.0


def counted(slots: int = 1) -> tuple[Turns, Callable[[], int]]:
    """Turns, and how often they have said that another call may begin."""
    freed: list[None] = []
    return Turns(slots, LONG, lambda: freed.append(None)), lambda: len(freed)


@pytest.mark.parametrize("slots", [1, 3])
def test_a_slot_is_taken_until_its_call_ends(slots: int) -> None:
    async def main() -> None:
        turns, freed = counted(slots)
        held = [turns.begin() for _ in range(slots)]
        assert not turns.free
        held[0].end()
        assert turns.free
        assert freed() == 1

    run_virtually(main())


def test_a_long_call_frees_its_slot_once() -> None:
    async def main() -> None:
        turns, freed = counted()
        turn = turns.begin()
        await asyncio.sleep(LONG)
        assert (turns.free, freed()) == (True, 1)
        second = turns.begin()
        turn.end()
        assert not turns.free
        second.end()
        assert (turns.free, freed()) == (True, 3)

    run_virtually(main())


def test_a_short_call_leaves_no_timer_behind() -> None:
    async def main() -> None:
        turns, freed = counted()
        turns.begin().end()
        turns.begin()
        await asyncio.sleep(LONG / 2)
        assert (turns.free, freed()) == (False, 1)

    run_virtually(main())


def test_long_calls_are_bounded_and_each_end_lets_one_more_begin() -> None:
    async def main() -> None:
        turns, _ = counted()
        held = []
        for _ in range(MOST_CALLS):
            assert turns.free
            held.append(turns.begin())
            await asyncio.sleep(LONG)
        assert not turns.free
        held[0].end()
        assert turns.free

    run_virtually(main())
