"""The outbox: encoded frames in order, kept until they are durable, sent again to a new writer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from mooring.predictionlog.context import Context
from mooring.predictionlog.entries import Part, Stream
from mooring.predictionlog.frames import Frame, Kind

# What one call may give to the socket, and what is copied again when that takes less.
_AT_ONCE = 1 << 17


@dataclass(frozen=True)
class Waiting:
    """A frame that is not durable yet, as bytes."""

    sequence: int
    stream: Stream
    context: int
    rows: int
    content: bytes

    @property
    def size(self) -> int:
        """What it takes in memory; a tuple, a deque and a few numbers are 200 bytes."""
        return len(self.content) + 200


class Outbox:
    """Frames on their way to one writer after another."""

    def __init__(self) -> None:
        self._sent: deque[Waiting] = deque()
        self._unsent: deque[Waiting] = deque()
        self._leaving = bytearray()
        self._contexts: dict[int, Context] = {}
        self._told: set[int] = set()
        self._sequence = 0

    def put(self, stream: Stream, part: Part) -> Waiting:
        """Give a part its number and its place behind all others."""
        self._sequence += 1
        key = part.context.key
        self._contexts.setdefault(key, part.context)
        frame = Frame(Kind.ROWS, part.payload, self._sequence, key, part.rows)
        waiting = Waiting(self._sequence, stream, key, part.rows, frame.encode())
        self._unsent.append(waiting)
        return waiting

    @property
    def leaving(self) -> bytearray:
        """The bytes that go next; empty when everything has been sent."""
        while self._unsent and len(self._leaving) < _AT_ONCE:
            waiting = self._unsent.popleft()
            if waiting.context not in self._told:
                self._told.add(waiting.context)
                self._leaving += self._contexts[waiting.context].frame().encode()
            self._leaving += waiting.content
            self._sent.append(waiting)
        return self._leaving

    def left(self, count: int) -> None:
        """So many of the bytes that go next are gone."""
        del self._leaving[:count]

    def durable(self, sequence: int) -> list[Waiting]:
        """Take out the frames up to this number."""
        done = []
        while self._sent and self._sent[0].sequence <= sequence:
            done.append(self._sent.popleft())
        return done

    def rewind(self) -> None:
        """Nobody has heard anything: a new writer gets all that is not durable."""
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()
        self._leaving.clear()
        self._told.clear()

    def empty(self) -> list[Waiting]:
        """Take out everything."""
        everything = [*self._sent, *self._unsent]
        self._sent.clear()
        self._unsent.clear()
        self._leaving.clear()
        return everything

    def __bool__(self) -> bool:
        return bool(self._sent or self._unsent)
