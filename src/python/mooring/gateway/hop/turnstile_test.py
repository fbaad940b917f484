from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from mooring.gateway.hop.turnstile import Turnstile
from mooring.gateway.testing.virtual_time import run_virtually


def turns(count: int, each_turn: int, story: Callable[[Turnstile], Awaitable[None]]) -> list[int]:
    """In which turn of the loop each of a crowd went on."""
    went_on: list[int] = []

    async def main() -> None:
        turnstile, turn = Turnstile(each_turn), 0

        async def one() -> None:
            await story(turnstile)
            went_on.append(turn)

        crowd = [asyncio.create_task(one()) for _ in range(count)]
        while not all(each.done() for each in crowd):
            await asyncio.sleep(0)
            turn += 1

    run_virtually(main())
    return went_on


async def passed(turnstile: Turnstile) -> None:
    await turnstile.passed()


@pytest.mark.parametrize("count", [1, 7, 8, 9, 64, 200])
def test_of_a_crowd_a_few_go_on_in_each_turn(count: int) -> None:
    went_on = turns(count, 8, passed)
    assert len(went_on) == count
    assert max(went_on.count(turn) for turn in went_on) <= 8
    assert went_on == sorted(went_on)


def test_who_comes_alone_does_not_wait() -> None:
    async def main() -> None:
        turnstile = Turnstile(1)
        for _ in range(5):
            waits = turnstile.passed()
            with pytest.raises(StopIteration):
                waits.send(None)
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    run_virtually(main())


def test_who_leaves_the_crowd_holds_up_nobody() -> None:
    async def main() -> list[str]:
        turnstile = Turnstile(2)
        crowd = [asyncio.create_task(turnstile.passed()) for _ in range(40)]
        await asyncio.sleep(0)
        for each in crowd[10:30]:
            each.cancel()
        await asyncio.wait(crowd)
        return ["left" if each.cancelled() else "went on" for each in crowd]

    assert run_virtually(main()) == ["went on"] * 10 + ["left"] * 20 + ["went on"] * 10
