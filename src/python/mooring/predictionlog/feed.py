"""The gateway's side: a bounded queue, and a thread that hands it to the writer.

`accept` counts, appends to a queue and returns; whatever the writer or its disk do, that takes a
few microseconds. The thread encodes, sends what the socket takes, and hears what is durable. Until
then a frame is kept, so a writer that dies costs nothing: the next one gets what was not
acknowledged, and writes what its predecessor had not.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mooring.predictionlog.connection import Connection
from mooring.predictionlog.entries import Entry, Part, Stream
from mooring.predictionlog.ledger import Bounds, Count, Ledger
from mooring.predictionlog.outbox import Outbox
from mooring.predictionlog.process import WriterProcess
from mooring.predictionlog.wake import Wake

_log = logging.getLogger(__name__)

# Requests are gathered for so long: then waking the thread is no cost of a request's own. At 5 ms
# it was, for callers who ask one at a time: 0.5 ms of processor time each on a busy machine.
_LINGER_SECONDS = 0.05
# The same while the socket is full and the writer reads: what waits should leave as soon as it can.
_MOVING_SECONDS = 0.005
# Encoding holds the interpreter. After so many rows, some hundred microseconds, it is let go for a
# moment, or a thread that waits for it, the event loop's, would wait its switch interval of 5 ms.
_BREATH_ROWS = 32
_BREATH_SECONDS = 0.0003
_IDLE_SECONDS = 1.0
_CLOSING_SECONDS = 0.05
_FAULT_SECONDS = 1.0


@dataclass(frozen=True)
class State:
    """The counts of one moment, by stream; bytes that wait; how often a writer was started."""

    counts: Mapping[Stream, Count]
    bytes: int
    starts: int
    refused: bool


class Feed:
    """Hands entries to a writer that `start` starts, and to the next one when it dies."""

    def __init__(self, start: Callable[[], WriterProcess], bounds: Bounds | None = None) -> None:
        self._ledger = Ledger(bounds or Bounds())
        self._incoming: deque[Entry] = deque()
        self._outbox = Outbox()
        self._wake = Wake()
        self._connection = Connection(start, self._outbox, self._ledger)
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._end = float("inf")

    def open(self) -> None:
        """Start the thread, which starts the writer."""
        self._thread.start()

    def accept(self, entry: Entry) -> bool:
        """Queue an entry, or drop it and count why; False then. Never waits."""
        if not self._ledger.offer(entry.stream, entry.rows, entry.size):
            return False
        self._incoming.append(entry)
        self._wake.up()
        return True

    def state(self) -> State:
        """What has been counted up to now."""
        connection = self._connection
        return State(
            self._ledger.counts(), self._ledger.bytes, connection.starts, self._ledger.refused
        )

    def close(self, seconds: float) -> State:
        """Hand over what waits, for at most so long, and end the writer.

        What is not known to be durable then is counted as dropped, and said in the log.
        """
        self._ledger.close()
        self._end = time.monotonic() + seconds
        self._wake.up(at_once=True)
        self._thread.join()
        self._wake.close()
        return self.state()

    def _run(self) -> None:
        while time.monotonic() < self._end:
            closing = self._end != float("inf")
            if closing and not self._incoming and not self._outbox:
                break
            try:
                self._work(closing)
            except Exception:
                # A fault of ours: predictions go on, and the queue fills and says so.
                _log.exception("handing over to the log's writer failed")
                time.sleep(_FAULT_SECONDS)
        self._connection.finish(self._end)
        self._give_up()

    def _work(self, closing: bool) -> None:
        self._encode()
        wait = _CLOSING_SECONDS if closing else _IDLE_SECONDS
        self._connection.exchange(self._wake, wait, self._has_work)
        if not closing:
            time.sleep(_MOVING_SECONDS if self._connection.moving else _LINGER_SECONDS)

    def _has_work(self) -> bool:
        return bool(self._incoming)

    def _encode(self) -> None:
        rows = 0
        while self._incoming:
            rows += self._encode_one(self._incoming.popleft())
            if rows >= _BREATH_ROWS:
                rows = 0
                # A burst must not keep what is encoded already from leaving.
                self._connection.send()
                time.sleep(_BREATH_SECONDS)

    def _encode_one(self, entry: Entry) -> int:
        try:
            parts = list(_breathing(entry.parts()))
        except Exception:
            _log.exception("records cannot be encoded", extra={"model": entry.stream.model})
            self._ledger.drop(entry.stream, entry.rows, entry.size, "fault")
            return entry.rows
        size = sum(self._outbox.put(entry.stream, part).size for part in parts)
        self._ledger.resize(entry.size, size)
        return parts[-1].rows

    def _give_up(self) -> None:
        lost = 0
        for waiting in self._outbox.empty():
            self._ledger.drop(waiting.stream, waiting.rows, waiting.size, "closing")
            lost += waiting.rows
        while self._incoming:
            entry = self._incoming.popleft()
            self._ledger.drop(entry.stream, entry.rows, entry.size, "closing")
            lost += entry.rows
        if lost:
            _log.error("the log was not written to its end", extra={"records": lost})


def _breathing(parts: Iterator[Part]) -> Iterator[Part]:
    """The parts of a large entry, with a breath between them."""
    for number, part in enumerate(parts):
        if number:
            time.sleep(_BREATH_SECONDS)
        yield part
