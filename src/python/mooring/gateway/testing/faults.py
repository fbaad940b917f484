"""A TCP proxy that does to bytes what networks and dying servers do; for tests, and loopback only.

    gateway ──request──▶ proxy ──▶ service
            ◀──answer───       ◀──

`Fault` says what happens, `Line.set` changes it while connections are open, `Line.mend` ends it.
Offsets count the bytes of one connection from the moment that the fault was set.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal

from mooring.process.ports import free_port

Direction = Literal["request", "answer"]
Door = Literal["open", "closed", "deaf"]
Ending = Literal["cut", "half-close", "reset"]

_PIECE = 65_536
_BACKLOG = 128
# Closing with this sends RST and forgets what was not sent.
_NO_FAREWELL = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Fault:
    """What happens to the bytes that go one way, and to those who want to connect."""

    toward: Direction = "answer"
    latency: float = 0.0  # seconds that each piece is held
    jitter: float = 0.0  # up to so many seconds more
    bandwidth: float = inf  # bytes per second
    silent: bool = False  # nothing arrives; it does once the fault has ended, as after a partition
    flip: int | None = None  # offset of one byte whose bits are inverted
    noise: float = 0.0  # probability that a byte's bits are
    ending: Ending | None = None  # how the connection ends
    after: int = 0  # after how many bytes it does
    linger: float = 0.0  # seconds between the end on one side and the one on the other
    # closed: nobody listens, and who is connected is reset, as when a process was killed;
    # deaf: no handshake is answered and nothing arrives, as when a machine is gone.
    door: Door = "open"
    seed: int = 0


SOUND = Fault()


@dataclass
class Line:
    """A running proxy: where it listens, and the one fault that it has."""

    port: int
    target: int
    fault: Fault = SOUND
    accepted: int = 0
    connections: set[_Connection] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    door_stands: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def url(self) -> str:
        """What the routing document names instead of the service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self.connections)

    def set(self, fault: Fault) -> None:
        """Let a fault begin, also for connections that are open; in force when this returns."""
        asyncio.run_coroutine_threadsafe(self._set(fault), self.loop).result(10)

    def mend(self) -> None:
        """End the fault."""
        self.set(SOUND)

    async def _set(self, fault: Fault) -> None:
        if fault.door != self.fault.door:
            self.door_stands.clear()
        self.fault = fault
        for connection in self.connections:
            connection.start_over()
        before, self.changed = self.changed, asyncio.Event()
        before.set()
        if fault.door == "closed":
            for connection in tuple(self.connections):
                connection.reset()
        await self.door_stands.wait()


class _Connection:
    """Both ways of one connection."""

    def __init__(self, line: Line, ends: dict[Direction, asyncio.StreamWriter]) -> None:
        self._line = line
        self._ends = ends  # whom the bytes of a direction go to
        self._passed: dict[Direction, int] = {"request": 0, "answer": 0}
        self._random = random.Random(line.fault.seed)

    def start_over(self) -> None:
        """Count from here; the same seed gives the same noise."""
        self._passed = {"request": 0, "answer": 0}
        self._random.seed(self._line.fault.seed)

    def reset(self) -> None:
        """End it on both sides with RST."""
        for writer in self._ends.values():
            # An end that is closed already has no descriptor, and nothing left to reset.
            with suppress(OSError):
                end = writer.get_extra_info("socket")
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_FAREWELL)
            writer.transport.abort()

    def close(self) -> None:
        """End it on both sides."""
        for writer in self._ends.values():
            writer.close()

    async def carry(self, direction: Direction, reader: asyncio.StreamReader) -> None:
        """Bring one way's bytes over until they end."""
        writer = self._ends[direction]
        # Either end may be gone at any moment; that is not always a ConnectionError (ENOTCONN).
        with suppress(OSError):
            while not self._ended(direction) and (piece := await reader.read(_PIECE)):
                await self._silence(direction)
                writer.write(await self._affected(direction, piece))
                await writer.drain()
            await asyncio.sleep(self._linger(direction))
            await self._silence(direction)
            writer.write_eof()

    async def _affected(self, direction: Direction, piece: bytes) -> bytes:
        """What is left of a piece, after the time that it takes."""
        fault, passed = self._line.fault, self._passed[direction]
        if fault.toward != direction:
            return piece
        await asyncio.sleep(fault.latency + self._random.uniform(0.0, fault.jitter))
        await asyncio.sleep(len(piece) / fault.bandwidth)
        if fault.ending:
            piece = piece[: max(0, fault.after - passed)]
        self._passed[direction] += len(piece)
        return self._corrupted(piece, passed)

    def _ended(self, direction: Direction) -> bool:
        """Whether its end is due; brings it about."""
        fault = self._line.fault
        due = fault.toward == direction and self._passed[direction] >= fault.after
        if due and fault.ending == "reset":
            self.reset()
        elif due and fault.ending == "cut":
            self.close()
        return due and fault.ending is not None

    def _linger(self, direction: Direction) -> float:
        fault = self._line.fault
        return fault.linger if fault.toward == direction else 0.0

    async def _silence(self, direction: Direction) -> None:
        while self._silent(direction):
            await self._line.changed.wait()

    def _silent(self, direction: Direction) -> bool:
        fault = self._line.fault
        return fault.door == "deaf" or (fault.silent and fault.toward == direction)

    def _corrupted(self, piece: bytes, offset: int) -> bytes:
        fault, result = self._line.fault, bytearray(piece)
        if fault.flip is not None and offset <= fault.flip < offset + len(piece):
            result[fault.flip - offset] ^= 0xFF
        if fault.noise:
            for index in range(len(result)):
                if self._random.random() < fault.noise:
                    result[index] ^= 0xFF
        return bytes(result)


@contextmanager
def faulty(target: int) -> Iterator[Line]:
    """Stand before the service on port `target` until the block ends."""
    line = Line(free_port(), target)
    started = threading.Event()
    stop = asyncio.Event()
    thread = threading.Thread(target=_run, args=(line.loop, _serve(line, started, stop)))
    thread.start()
    try:
        if not started.wait(10):
            raise TimeoutError("the proxy did not start")
        yield line
    finally:
        line.loop.call_soon_threadsafe(stop.set)
        thread.join()
        line.loop.close()


def _run(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, None]) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(main)


async def _serve(line: Line, started: threading.Event, stop: asyncio.Event) -> None:
    _start(line, _keep_door(line))
    await line.door_stands.wait()
    started.set()
    await stop.wait()
    for connection in tuple(line.connections):
        connection.reset()
    for task in line.tasks:
        task.cancel()
    await asyncio.gather(*line.tasks, return_exceptions=True)


def _start(line: Line, work: Coroutine[Any, Any, None]) -> None:
    task = line.loop.create_task(work)
    line.tasks.add(task)
    task.add_done_callback(line.tasks.discard)


async def _keep_door(line: Line) -> None:
    """Listen as the fault of the moment says."""
    while True:
        door = line.fault.door
        with ExitStack() as stack:
            if door != "closed":
                listener = stack.enter_context(_listener(line))
                stack.callback(_queue_up(listener) if door == "deaf" else _answer(line, listener))
            line.door_stands.set()
            while line.fault.door == door:
                await line.changed.wait()


def _listener(line: Line) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", line.port), backlog=_BACKLOG)
    listener.setblocking(False)
    return listener


def _answer(line: Line, listener: socket.socket) -> Callable[[], object]:
    """Accept connections until what is returned is called."""

    def accept() -> None:
        with suppress(BlockingIOError):
            connection, _ = listener.accept()
            line.accepted += 1
            _start(line, _connect(line, connection))

    line.loop.add_reader(listener, accept)
    return lambda: line.loop.remove_reader(listener)


def _queue_up(listener: socket.socket) -> Callable[[], object]:
    """Fill the queue of those who wait to be accepted: the kernel answers no more handshakes."""
    listener.listen(0)
    queue = ExitStack()
    with suppress(TimeoutError):
        for _ in range(_BACKLOG):
            waiting = queue.enter_context(socket.socket())
            waiting.settimeout(0.05)
            waiting.connect(listener.getsockname())
    return queue.close


async def _connect(line: Line, accepted: socket.socket) -> None:
    """Join an accepted connection with one to the service."""
    from_gateway, to_gateway = await asyncio.open_connection(sock=accepted)
    try:
        from_service, to_service = await asyncio.open_connection("127.0.0.1", line.target)
    except OSError:
        to_gateway.close()
        return
    connection = _Connection(line, {"request": to_service, "answer": to_gateway})
    line.connections.add(connection)
    try:
        await asyncio.gather(
            connection.carry("request", from_gateway), connection.carry("answer", from_service)
        )
    finally:
        line.connections.discard(connection)
        connection.close()
