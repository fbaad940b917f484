"""The connection to the writer: bytes out, notices in, and a new writer when one dies."""

from __future__ import annotations

import logging
import os
import selectors
import socket
import time
from collections.abc import Callable

from mooring.predictionlog.ledger import Ledger
from mooring.predictionlog.notices import Notice, NoticeBuffer, Says
from mooring.predictionlog.outbox import Outbox
from mooring.predictionlog.process import WriterProcess
from mooring.predictionlog.wake import Wake

_log = logging.getLogger(__name__)

_PART = 1 << 16
# Between two starts of a writer: soon, then ever more seldom while it keeps dying.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
# A writer that closed its socket is about to end.
_END_SECONDS = 5.0


class Connection:
    """One writer at a time, and what is on its way to it."""

    def __init__(self, start: Callable[[], WriterProcess], outbox: Outbox, ledger: Ledger) -> None:
        self._start = start
        self._outbox = outbox
        self._ledger = ledger
        self._writer: WriterProcess | None = None
        self._notices = NoticeBuffer()
        self._pause = _FIRST_PAUSE
        self._not_before = 0.0
        self.starts = 0
        # Whether the writer took a part of what there was, and may take more soon.
        self.moving = False

    def exchange(self, wake: Wake, seconds: float, work: Callable[[], bool]) -> None:
        """Send and hear what can be sent and heard; wait for either, or to be woken, that long."""
        self._ensure_writer()
        self.send()
        with selectors.DefaultSelector() as selector:
            selector.register(wake, selectors.EVENT_READ)
            if self._writer is not None:
                events = selectors.EVENT_READ
                events |= selectors.EVENT_WRITE if self._outbox.leaving else 0
                selector.register(self._writer.link, events)
            else:
                seconds = min(seconds, max(self._not_before - time.monotonic(), 0.0))
            wake.falls_asleep()
            selector.select(0.0 if work() else seconds)
            wake.woke()
        self._hear()

    def send(self) -> None:
        """Send what the socket takes now."""
        self.moving = False
        if self._writer is None:
            return
        try:
            while leaving := self._outbox.leaving:
                self._outbox.left(self._writer.link.send(leaving))
                self.moving = True
            self.moving = False
        except BlockingIOError:
            return
        except OSError:
            # It is gone; what it has said before is still to be heard.
            self._hear()

    def finish(self, end: float) -> None:
        """Tell the writer that nothing follows, hear it out until `end`, see it gone."""
        if self._writer is None:
            return
        writer = self._writer
        try:
            writer.link.shutdown(socket.SHUT_WR)
            with selectors.DefaultSelector() as selector:
                selector.register(writer.link, selectors.EVENT_READ)
                while self._writer is not None and (left := end - time.monotonic()) > 0:
                    selector.select(left)
                    self._hear(finishing=True)
        except OSError:
            pass
        finally:
            writer.end(end - time.monotonic())

    def _ensure_writer(self) -> None:
        if self._writer is not None or time.monotonic() < self._not_before:
            return
        self._not_before = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        try:
            self._writer = self._start()
        except OSError as error:
            _log.error("the log's writer does not start", extra={"problem": error.strerror})
            return
        self.starts += 1
        self._notices = NoticeBuffer()

    def _hear(self, *, finishing: bool = False) -> None:
        while self._writer is not None:
            try:
                part = self._writer.link.recv(_PART)
            except BlockingIOError:
                return
            except OSError:
                part = b""
            if not part:
                self._lose(self._writer, finishing)
                return
            for notice in self._notices.feed(part):
                self._take(notice)

    def _take(self, notice: Notice) -> None:
        if notice.says is Says.REFUSED:
            if not self._ledger.refused:
                problem = os.strerror(notice.number)
                _log.error("the log's disk refuses", extra={"problem": problem})
            self._ledger.refused = True
            return
        if self._ledger.refused:
            _log.info("the log's disk takes records again")
        self._ledger.refused = False
        self._pause = _FIRST_PAUSE
        for done in self._outbox.durable(notice.number):
            self._ledger.write(done.stream, done.rows, done.size)

    def _lose(self, writer: WriterProcess, finishing: bool) -> None:
        self._writer = None
        if finishing:
            return
        writer.end(_END_SECONDS)
        status = writer.process.returncode
        _log.error("the log's writer ended, another takes over", extra={"status": status})
        self._outbox.rewind()
