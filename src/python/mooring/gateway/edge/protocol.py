"""The HTTP protocol class: uvicorn's on httptools, with limits on what one connection may cost.

uvicorn has no deadline for what it receives, the parser no bound on a head, and a refusal would be
written at once, even before the answers to earlier requests. ASGI middleware comes too late for all
that: it is called when the head is complete.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from mooring.gateway.edge.door import Door, Place
from mooring.gateway.edge.errors import HeadTooLarge, MalformedHttp, TargetTooLong, TooSlow
from mooring.gateway.edge.head import check_head
from mooring.gateway.edge.progress import Phase, Progress, overdue
from mooring.gateway.edge.refusals import ProbesOnly, reason_of, refusal
from mooring.gateway.edge.transport import GentleTransport
from mooring.gateway.edge.upgrade import Postponed
from mooring.gateway.errors import RequestError

# Why the parser's callbacks fail when it is not us who raises: the target is no URL, or not ASCII.
_NO_TARGET = (httptools.HttpParserError, UnicodeDecodeError)


def protocol_at(door: Door) -> type[asyncio.Protocol]:
    """The class of the connections that come through one door."""

    def connection(
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> EdgeProtocol:
        return EdgeProtocol(door, config, server_state, app_state, _loop)

    # uvicorn only ever calls it.
    return cast("type[asyncio.Protocol]", connection)


class EdgeProtocol(HttpToolsProtocol):
    """One connection. Refuses what is malformed, too large or too slow, in its turn."""

    transport: GentleTransport

    def __init__(
        self,
        door: Door,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        super().__init__(config, server_state, app_state, loop)
        self._door = door
        self._limits = door.limits
        self._progress = Progress(self.loop.time())
        self._heads = 0  # that have begun
        self._head_bytes = 0  # of the complete lines of the newest head
        self._pending_bytes = 0  # received while that head is incomplete
        self._content = 0  # bytes of the newest body, without its framing
        self._deaf = False  # what still arrives is thrown away
        self._thrown_away = 0
        self._last_words: bytes | None = None  # a refusal that waits for the answers before it
        self._postponed: Postponed | None = None
        self._unread_since: float | None = None

    @property
    def phase(self) -> Phase:
        """What the connection waits for."""
        return self._progress.phase

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(GentleTransport(transport, self._take_leave))
        place = self._door.admit(self, self.client[0] if self.client else "")
        if place is Place.OUTSIDE:
            transport.abort()
        elif place is Place.SPARE:
            self._limits = self._limits.spare()
            self.app = ProbesOnly(self.app, self._door)

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.leave(self)
        self._enter(Phase.LEAVING)
        self._deaf = True
        self.transport.leaving = True
        super().connection_lost(exc)

    def evict(self) -> None:
        """Make room for somebody else."""
        self._deaf = True
        self.transport.abort()

    def check(self, now: float) -> None:
        """Act upon a deadline that has passed."""
        if now - (self._unread_since or now) > self._limits.unread_seconds:
            self._count("unread")
            self.transport.abort()
        elif self._waits_for_us():
            self._progress.since = now
        elif overdue(self._progress, self._limits, now):
            self._end()

    def _waits_for_us(self) -> bool:
        asked_first = self.phase is Phase.BODY and self.cycle.waiting_for_100_continue
        return bool(self.flow.read_paused or asked_first)

    def _end(self) -> None:
        if self.phase in (Phase.HEAD, Phase.BODY):
            self._refuse(TooSlow())
        elif self.phase is Phase.LEAVING:
            self.transport.abort()
        else:
            if self.phase is Phase.SILENT:
                self._count("silent")
            self.transport.close()

    def pause_writing(self) -> None:
        self._unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._unread_since = None
        super().resume_writing()

    # What is received

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            self._throw_away(len(data))
            return
        heads, before = self._heads, self.phase
        self._progress.received += len(data)
        self._feed(data)
        begun = self._heads - heads
        # Of a packet that also held a part of another request, the part of this one is not known.
        size = len(data) if before is not Phase.BODY and begun <= 1 else 0
        if self.phase is Phase.HEAD:
            self._watch_head(size, begun)
        elif self.phase is Phase.BODY:
            self._watch_framing(size if begun else 0)
        self._door.moved(self)

    def _feed(self, data: bytes) -> None:
        while data:
            data = self._feed_once(data)

    def _feed_once(self, data: bytes) -> bytes:
        """Parse; what comes back is to be parsed once more."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            read = upgrade.args[0]
        except httptools.HttpParserError as error:
            self._refuse(_reason(error))
            return b""
        else:
            return b""
        return self._without_upgrade(data[read:])

    def _without_upgrade(self, rest: bytes) -> bytes:
        if self._postponed is None:
            raise ValueError("the parser asks for an upgrade that no head has asked for")
        head, self._postponed = self._postponed.head(), None
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return head + rest

    def _watch_head(self, received: int, begun: int) -> None:
        """Bound a head that does not end; the parser shows complete lines only."""
        self._pending_bytes = received if begun else self._pending_bytes + received
        if self._pending_bytes > self._limits.head_bytes:
            self._refuse(self._too_large())

    def _watch_framing(self, first: int) -> None:
        """Bound what arrives beside the content: chunk extensions, chunks of one byte, trailers.

        `first` are the bytes of a packet that began with the head.
        """
        progress, limits = self._progress, self._limits
        progress.received = max(progress.received, first - self._head_bytes)
        allowed = limits.framing_bytes + limits.framing_ratio * self._content
        if progress.received - self._content > allowed:
            self._refuse(MalformedHttp("its chunks hold more framing than content"))

    def _throw_away(self, size: int) -> None:
        self._thrown_away += size
        if self._thrown_away > self._limits.linger_bytes:
            self.transport.abort()

    # What the parser found

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if len(self.pipeline) >= self._limits.pipelined:
            raise MalformedHttp(f"more than {self._limits.pipelined} requests wait before it")
        self._heads += 1
        self._head_bytes = self._content = 0
        if self.phase is Phase.SILENT:
            self._progress.phase = Phase.HEAD  # its clock runs since the connection was made
        else:
            self._enter(Phase.HEAD)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._grow(len(url))
        if len(self.url) > self._limits.target_bytes:
            raise TargetTooLong(self._limits.target_bytes)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.phase is Phase.BODY:
            return  # a trailer: it must not look like a header, least of all when that was checked
        super().on_header(name, value)
        self._grow(len(name) + len(value))
        if len(self.headers) > self._limits.head_lines:
            raise self._too_large()

    def on_headers_complete(self) -> None:
        version, method = self.parser.get_http_version(), self.parser.get_method()
        check_head(version, method, self.url, self.headers)
        if self.parser.should_upgrade():
            self._postponed = Postponed(method, self.url, version, tuple(self.headers))
            return
        super().on_headers_complete()
        if version == "1.0":
            self.cycle.waiting_for_100_continue = False
        self._enter(Phase.BODY)

    def on_body(self, body: bytes) -> None:
        self._content += len(body)
        # The packet that held the head is not in `received`.
        self._progress.received = max(self._progress.received, self._content)
        if self.cycle.response_complete:
            self._throw_away(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._postponed is None:
            super().on_message_complete()
            self._enter(Phase.IDLE if self.cycle.response_complete else Phase.ANSWER)

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        waiting = bool(self.pipeline)
        if waiting:
            self._start_asgi_task(*self.pipeline.pop())
        if not self.pipeline:  # else what is read would only wait, too
            self.flow.resume_reading()
        if waiting:
            return
        if self._last_words is not None:
            self._say(self._last_words)
        elif self.phase is Phase.ANSWER:
            self._enter(Phase.IDLE)
            self._door.moved(self)

    # The end

    def _refuse(self, error: RequestError) -> None:
        """Answer with an error and go, when the requests before this one have their answers."""
        self._deaf = True
        self._count(reason_of(error))
        words = refusal(error)
        if self.phase is Phase.BODY and self._gives_up():
            return
        if self.cycle is None or self.cycle.response_complete:
            self._say(words)
        else:
            self._last_words = words
            self._enter(Phase.ANSWER)
            self.flow.pause_reading()

    def _gives_up(self) -> bool:
        """Take back the newest request, whose body will not come; true when it has an answer."""
        if self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()
            return False
        begun = self.cycle.response_started
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        self.cycle.response_complete = True
        if begun:
            self.transport.close()
        return bool(begun)

    def _say(self, words: bytes) -> None:
        self.transport.write(words)
        self.transport.close()

    def _take_leave(self) -> None:
        """Close; but while the peer may be sending, throw away what it sends until it is done."""
        if self.transport.is_closing():
            return
        unread = self._deaf or self.phase in (Phase.HEAD, Phase.BODY) or self.pipeline
        self._deaf = True
        self._enter(Phase.LEAVING)
        self._door.moved(self)
        self.pipeline.clear()
        if not unread:
            self.transport.close_now()
            return
        self.flow.resume_reading()
        self.transport.say_no_more()

    def _enter(self, phase: Phase) -> None:
        self._progress.enter(phase, self.loop.time())

    def _grow(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > self._limits.head_bytes:
            raise self._too_large()

    def _too_large(self) -> HeadTooLarge:
        return HeadTooLarge(self._limits.head_bytes, self._limits.head_lines)

    def _count(self, reason: str) -> None:
        self._door.turned_away(reason)


def _reason(error: httptools.HttpParserError) -> RequestError:
    """What was wrong: the error that one of our callbacks raised, or the parser's own."""
    raised = error.__context__
    if isinstance(raised, RequestError):
        return raised
    if raised is None or isinstance(raised, _NO_TARGET):
        return MalformedHttp("the bytes that arrived are no HTTP/1.1 request")
    raise raised
