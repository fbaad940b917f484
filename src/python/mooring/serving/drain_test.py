from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType

import pytest
from starlette.types import Receive, Scope, Send

from mooring.serving.drain import Drain, LettingGo
from mooring.serving.testing.asgi import Answer


@pytest.fixture
def ended() -> Iterator[list[int]]:
    """Signals that reached the server's own handler."""
    seen: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        seen.append(number)

    before = signal.signal(signal.SIGTERM, end)
    yield seen
    signal.signal(signal.SIGTERM, before)


async def _until(reached: list[int]) -> None:
    async with asyncio.timeout(5):
        while not reached:
            await asyncio.sleep(0.01)


def test_the_first_signal_begins_a_drain_and_takes_effect_after_it(ended: list[int]) -> None:
    async def drained() -> tuple[bool, list[int]]:
        drain = Drain()
        drain.hold_back(0.05)
        os.kill(os.getpid(), signal.SIGTERM)
        begun = drain.begun, list(ended)
        await _until(ended)
        return begun

    assert asyncio.run(drained()) == (True, [])
    assert ended == [signal.SIGTERM]


def test_a_second_signal_takes_effect_at_once(ended: list[int]) -> None:
    async def impatient() -> None:
        Drain().hold_back(3_600)
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended == []
        os.kill(os.getpid(), signal.SIGTERM)

    asyncio.run(impatient())
    assert ended == [signal.SIGTERM]


def test_no_drain_is_no_delay(ended: list[int]) -> None:
    async def at_once() -> bool:
        drain = Drain()
        drain.hold_back(0.0)
        os.kill(os.getpid(), signal.SIGTERM)
        return drain.begun

    assert (asyncio.run(at_once()), ended) == (False, [signal.SIGTERM])


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"connection", b"keep-alive"), (b"mooring-model", b"tiny")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"whole"})


@pytest.mark.parametrize(
    ("begun", "connection"),
    [
        pytest.param(False, "keep-alive", id="before the signal connections are kept"),
        pytest.param(True, "close", id="after it every answer lets go"),
    ],
)
def test_an_answer_while_draining_is_whole_and_lets_the_connection_go(
    call: Callable[..., Answer], begun: bool, connection: str
) -> None:
    drain = Drain()
    drain.begun = begun

    answer = call(LettingGo(_app, drain), "GET", "/")

    assert (answer.status, answer.body) == (200, b"whole")
    assert answer.headers == {"mooring-model": "tiny", "connection": connection}
