"""Bringing spans to a collector, without a request ever waiting for it.

accepted = exported + dropped + failed + waiting, exactly. A collector that is slow or gone costs
spans, which are counted, and nothing else: what it refuses is not sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

import aiohttp

from mooring.gateway.tracing.collector import Collector
from mooring.gateway.tracing.otlp import encode
from mooring.gateway.tracing.spans import Span
from mooring.telemetry.binding import Instruments
from mooring.telemetry.operation import TRACE_SPANS

_log = logging.getLogger(__name__)

# Some 4 MB at most; at a request and a call each, a second of 2,000 requests.
_WAITING = 4_096
# The batch of OpenTelemetry's own exporters.
_BATCH = 512
_PAUSE_SECONDS = 1.0
_SEND_SECONDS = 5.0
_FAREWELL_SECONDS = 2.0


class Exporter:
    """A bounded queue of spans and the task that empties it; use it within one event loop."""

    def __init__(self, collector: Collector, instruments: Instruments) -> None:
        self._collector = collector
        self._instruments = instruments
        self._spans: deque[Span] = deque()
        self._full_batch = asyncio.Event()
        self._well = True
        self._under_way: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Spans that were accepted and not sent yet."""
        return len(self._spans)

    def accept(self, span: Span) -> None:
        """Take a span, or drop it where too many wait."""
        if len(self._spans) >= _WAITING:
            self._count("dropped", 1)
            return
        self._spans.append(span)
        if len(self._spans) >= _BATCH:
            self._full_batch.set()

    async def run(self) -> None:
        """Export until cancelled; then once more what waits, for a bounded time."""
        timeout = aiohttp.ClientTimeout(total=_SEND_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, headers=self._headers()) as session:
            try:
                while True:
                    await self._pause()
                    await self._empty(session)
            finally:
                await self._farewell(session)

    async def _pause(self) -> None:
        self._full_batch.clear()
        try:
            async with asyncio.timeout(_PAUSE_SECONDS):
                await self._full_batch.wait()
        except TimeoutError:
            return

    async def _farewell(self, session: aiohttp.ClientSession) -> None:
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._empty(session)
        except TimeoutError:
            await self._give_up()

    async def _give_up(self) -> None:
        if self._under_way:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)
        self._count("failed", len(self._spans))
        self._spans.clear()

    async def _empty(self, session: aiohttp.ClientSession) -> None:
        """Send what waits. A batch that is under way when this is cancelled goes on by itself, and
        whoever calls next waits for it: the end of the process would lose it otherwise.
        """
        while self._spans or self._under_way:
            if self._under_way is None:
                self._under_way = asyncio.create_task(self._send_next(session))
            await asyncio.shield(self._under_way)
            self._under_way = None

    async def _send_next(self, session: aiohttp.ClientSession) -> None:
        batch = [self._spans.popleft() for _ in range(min(_BATCH, len(self._spans)))]
        outcome = "failed"
        try:
            trouble = await self._send(session, batch)
            outcome = "failed" if trouble else "exported"
            self._tell(trouble)
        finally:
            self._count(outcome, len(batch))

    async def _send(self, session: aiohttp.ClientSession, batch: list[Span]) -> str:
        """Send one batch; what went wrong, or nothing."""
        body = encode(self._collector.service, batch)
        try:
            async with session.post(
                self._collector.url, data=body, allow_redirects=False
            ) as response:
                return "" if response.status < 300 else f"it answered {response.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__

    def _headers(self) -> dict[str, str]:
        return {**self._collector.told, "content-type": "application/json"}

    def _tell(self, trouble: str) -> None:
        """One line when it begins to fail, and one when that is over."""
        if self._well and trouble:
            _log.warning("spans cannot be exported", extra={"reason": trouble})
        elif trouble == "" and not self._well:
            _log.info("spans are exported again")
        self._well = not trouble

    def _count(self, outcome: str, spans: int) -> None:
        self._instruments.add(TRACE_SPANS, spans, outcome=outcome)
