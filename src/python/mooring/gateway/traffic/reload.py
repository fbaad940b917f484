"""Obeying the routing document while it changes.

It is looked at every half second, and at once on SIGHUP. A document that is missing, broken, older
than the one in force, or of the same version with other content changes nothing: the gateway says
why, once, and goes on with the last good one, of which it keeps a copy for its next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

from mooring.gateway.errors import BadRouting
from mooring.gateway.traffic.copy import LastGood
from mooring.gateway.traffic.document import check_successor
from mooring.gateway.traffic.fleet import Fleet
from mooring.gateway.traffic.patience import in_background
from mooring.gateway.traffic.source import Found, Source, Start
from mooring.telemetry.binding import Instruments
from mooring.telemetry.traffic import (
    ROUTING_FROM_COPY,
    ROUTING_LOADS,
    ROUTING_VALID,
    ROUTING_VERSION,
)

_log = logging.getLogger(__name__)

T = TypeVar("T")

# A shared folder that does not answer within this time is as good as missing.
_LOOK_SECONDS = 5.0


class Follower:
    """Follows one document with one fleet."""

    def __init__(
        self,
        source: Source,
        copy: LastGood,
        fleet: Fleet,
        instruments: Instruments,
        seconds: float,
        begin: Start,
    ) -> None:
        self.in_force = begin.routing
        self._begin = begin
        self._source = source
        self._copy = copy
        self._fleet = fleet
        self._instruments = instruments
        self._seconds = seconds
        self._complaint = ""
        self._asked = asyncio.Event()
        self._looking: Future[Found | None] | None = None

    def look_now(self) -> None:
        """Read the document at once, changed or not."""
        self._asked.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve what the gateway started with, and follow the document until the block ends."""
        await self._fleet.apply(self.in_force)
        self._show_start()
        following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._fleet.close()

    def _show_start(self) -> None:
        self._instruments.set(ROUTING_VERSION, float(self.in_force.version))
        self._instruments.set(ROUTING_FROM_COPY, float(self._begin.problem is not None))
        self._instruments.set(ROUTING_VALID, float(self._begin.problem is None))
        if self._begin.problem is not None:
            self._complain(self._begin.problem, "started with the copy of an earlier document")

    async def _follow(self) -> None:
        if self._begin.document is not None:
            await self._in_background(partial(self._copy.keep, self._begin.document))
        while True:
            try:
                await self._look()
            except Exception:
                # A fault of ours must not end it: this gateway would be deaf from now on.
                _log.exception("following the routing document failed")
            await self._pause()

    async def _look(self) -> None:
        again = self._asked.is_set()
        self._asked.clear()
        if again:
            self._complaint = ""
        try:
            found = await self._found(again)
            if found is not None:
                await self._obey(found)
        except BadRouting as problem:
            self._complain(problem, "the routing document is refused")

    async def _found(self, again: bool) -> Found | None:
        """What there is to see. Raises BadRouting, also when the file system does not answer."""
        looking = self._looking or in_background(partial(self._source.look, again))
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                found = await asyncio.shield(asyncio.wrap_future(looking))
        except TimeoutError:
            # That thread hangs in the kernel; another one would only hang beside it.
            self._looking = looking
            raise BadRouting("it cannot be read in time", place=str(self._source.path)) from None
        except BaseException:
            self._looking = None
            raise
        self._looking = None
        return found

    async def _obey(self, found: Found) -> None:
        """Raises BadRouting when it cannot follow the one in force."""
        before, after = self.in_force, found.routing
        check_successor(self._source.path, before, after)
        if after != before:
            await self._fleet.apply(after)
            self.in_force = after
            self._instruments.add(ROUTING_LOADS, outcome="applied")
            facts = {"version": after.version, "before": before.version}
            _log.info("the routing document is in force", extra=facts)
        self._complaint = ""
        self._instruments.set(ROUTING_VERSION, float(after.version))
        self._instruments.set(ROUTING_VALID, 1.0)
        self._instruments.set(ROUTING_FROM_COPY, 0.0)
        await self._in_background(partial(self._copy.keep, found.document))

    def _complain(self, problem: BadRouting, message: str) -> None:
        """Say it once, and not again while it is the same."""
        self._instruments.set(ROUTING_VALID, 0.0)
        complaint = f"{self._source.mark} {problem}"
        if complaint == self._complaint:
            return
        self._complaint = complaint
        self._instruments.add(ROUTING_LOADS, outcome="refused")
        facts = {"problem": str(problem), "in_force": self.in_force.version}
        _log.error(message, extra=facts)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await self._asked.wait()

    @staticmethod
    async def _in_background(work: partial[T]) -> T:
        return await asyncio.wrap_future(in_background(work))
