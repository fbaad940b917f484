"""Callers behind a load balancer, who count every request that is not answered.

The balancer is what a Kubernetes Service with readiness probes is to clients that keep their
connections: it sends to whoever said 200 on /readyz when it was last asked, and notices a change
only at its next question. A client honours `Connection: close`. Nobody tries anything twice: a
request that is not answered with 200 has failed.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp

from mooring.gateway.testing.gateway import JSON, until

# A probe every 10 s is usual, and three failures; here everything is faster by the same factor.
PROBE_SECONDS = 0.1
_PATIENCE = aiohttp.ClientTimeout(total=30.0)


@dataclass(frozen=True)
class Question:
    """What is asked again and again."""

    path: str
    body: bytes


@dataclass
class Tally:
    """What was sent, and what became of it."""

    met: Counter[str] = field(default_factory=Counter)  # a status, or the name of an exception
    by: Counter[str] = field(default_factory=Counter)  # answers, by who gave them

    @property
    def sent(self) -> int:
        return self.met.total()

    @property
    def failed(self) -> int:
        return self.sent - self.met["200"]


@dataclass
class Callers:
    """A balancer over `urls`, and so many callers who ask without a pause."""

    urls: Sequence[str]
    question: Question
    callers: int = 8
    tally: Tally = field(default_factory=Tally)
    ready: set[str] = field(default_factory=set)  # who is sent to
    stopping: threading.Event = field(default_factory=threading.Event)

    def until_answered(self, more: int) -> None:
        """Wait until so many more requests were sent and their fate is known."""
        enough = self.tally.sent + more
        until(lambda: self.tally.sent, lambda sent: sent >= enough)

    def until_in_rotation(self, url: str) -> None:
        """Wait until a member gives answers."""
        before = self.tally.by[url]
        until(lambda: self.tally.by[url], lambda answers: answers > before)

    async def run(self) -> None:
        """Call until `stopping` is set; what is under way then is awaited."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=_PATIENCE) as session:
            probes = [asyncio.create_task(self._probe(session, url)) for url in self.urls]
            await asyncio.gather(*(self._call(session) for _ in range(self.callers)))
            for probe in probes:
                probe.cancel()
            await asyncio.gather(*probes, return_exceptions=True)

    async def _probe(self, session: aiohttp.ClientSession, url: str) -> None:
        while True:
            try:
                # A connection of its own, as a probe has; so it meets who listens now.
                headers = {"Connection": "close"}
                async with session.get(f"{url}/readyz", headers=headers) as response:
                    ready = response.status == 200
            except aiohttp.ClientError:
                ready = False
            (self.ready.add if ready else self.ready.discard)(url)
            await asyncio.sleep(PROBE_SECONDS)

    async def _call(self, session: aiohttp.ClientSession) -> None:
        while not self.stopping.is_set():
            if not self.ready:
                await asyncio.sleep(PROBE_SECONDS)
                continue
            url = random.choice(tuple(self.ready))
            outcome = await self._ask(session, url)
            self.tally.met[outcome] += 1
            self.tally.by[url] += outcome == "200"

    async def _ask(self, session: aiohttp.ClientSession, url: str) -> str:
        where, body = f"{url}{self.question.path}", self.question.body
        try:
            async with session.post(where, data=body, headers=JSON) as response:
                body = await response.read()
                return "200" if response.status == 200 else f"{response.status} {_reason(body)}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__


def _reason(body: bytes) -> str:
    """Of an error in one word, where it has one."""
    try:
        return str(json.loads(body).get("reason", ""))
    except ValueError:
        return ""


@contextmanager
def calling(urls: Sequence[str], question: Question) -> Iterator[Callers]:
    """Call from a thread until the block ends."""
    callers = Callers(urls, question)
    thread = threading.Thread(target=asyncio.run, args=(callers.run(),))
    thread.start()
    try:
        yield callers
    finally:
        callers.stopping.set()
        thread.join()
