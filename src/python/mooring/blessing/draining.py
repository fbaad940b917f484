"""SIGTERM under load: what becomes of the requests that are under way, and of those that follow.

The senders are ruder than a gateway, which stops sending before it has a service stopped: they go
on, asked to or not, until nobody listens any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter

import aiohttp

from mooring.blessing.budget import ServingBudget
from mooring.blessing.observed import Drained
from mooring.blessing.questions import Question, Reply, ask
from mooring.blessing.subject import ServiceUnderTest

# Requests answered before the signal, so that it meets a service at full work.
LEAD = 100


@dataclass
class _Tally:
    """What the senders have seen so far."""

    signalled: bool = False
    lead: int = LEAD
    under_way: int = 0
    after: int = 0
    unheard: int = 0
    unwarned: int = 0
    failed: int = 0
    trouble: str = ""
    full: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, reply: Reply, *, sent_after: bool, warned: bool) -> None:
        """Count one reply; `warned` is whether its sender had been, before it sent."""
        self.lead -= 1
        self.after += sent_after
        self.under_way += self.signalled and not sent_after
        if reply.outcome == "unheard" and sent_after:
            self.unheard += 1
            self.unwarned += not warned
        elif reply.outcome != "answered":
            self.failed += 1
            self.trouble = self.trouble or _told(reply, sent_after)
        if self.lead <= 0 or self.failed:
            self.full.set()


async def drain(
    subject: ServiceUnderTest,
    session: aiohttp.ClientSession,
    asked: Sequence[Question],
    budget: ServingBudget,
) -> Drained:
    """Load the service, end it in the middle, and see to the end what happens."""
    tally, waiting = _Tally(), cycle(asked)
    senders = [
        asyncio.create_task(_send(session, waiting, tally)) for _ in range(budget.connections)
    ]
    try:
        await tally.full.wait()
        tally.signalled, started = True, perf_counter()
        subject.terminate()
        await asyncio.wait(senders, timeout=budget.drain_seconds)
    finally:
        for sender in senders:
            sender.cancel()
    left = max(0.1, budget.drain_seconds - (perf_counter() - started))
    exit_code = await asyncio.to_thread(subject.ended, left)
    return Drained(
        under_way=tally.under_way,
        after=tally.after,
        turned_away=tally.unheard,
        unwarned=tally.unwarned,
        failed=tally.failed,
        exit_code=exit_code,
        seconds=round(perf_counter() - started, 3),
        left_over=subject.left_over(),
        port_open=subject.port_open(),
        trouble=tally.trouble,
    )


async def _send(session: aiohttp.ClientSession, waiting: Iterator[Question], tally: _Tally) -> None:
    warned = False
    for question in waiting:
        sent_after = tally.signalled
        reply = await ask(session, question)
        tally.add(reply, sent_after=sent_after, warned=warned)
        warned = warned or reply.warned
        if reply.outcome != "answered":
            return


def _told(reply: Reply, sent_after: bool) -> str:
    when = "sent after the signal" if sent_after else "sent before the signal"
    return f"a request {when} failed: {reply.trouble}"
