"""Latency under load, measured so that a noisy machine spoils as little of it as can be.

A closed loop: each connection sends its next request when the last one is answered, so that
`connections` are always under way. Several short rounds, of which the quietest counts for each
percentile: whatever else the machine does can only make a request slower.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from time import perf_counter

import aiohttp
import numpy as np

from mooring.blessing.budget import ServingBudget
from mooring.blessing.observed import Load
from mooring.blessing.questions import Question, Reply, ask


@dataclass(frozen=True)
class Round:
    """Every reply of one round, and how long all of it took."""

    replies: tuple[Reply, ...]
    seconds: float

    def percentile(self, q: float) -> float:
        """Latency in ms at percentile `q`."""
        return float(np.percentile([reply.seconds for reply in self.replies], q)) * 1_000


async def measure(
    session: aiohttp.ClientSession, asked: Sequence[Question], budget: ServingBudget
) -> Load:
    """Load one route; ends early when a round is not answered whole."""
    rounds: list[Round] = []
    for _ in range(budget.rounds):
        rounds.append(await _round(session, asked, budget))
        if _failures(rounds[-1]):
            break
    return _summary(rounds, asked[0])


async def _round(
    session: aiohttp.ClientSession, asked: Sequence[Question], budget: ServingBudget
) -> Round:
    waiting = islice(cycle(asked), budget.requests)
    replies: list[Reply] = []
    started = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(budget.connections):
            group.create_task(_answer_all(session, waiting, replies))
    return Round(tuple(replies), perf_counter() - started)


async def _answer_all(
    session: aiohttp.ClientSession, waiting: Iterator[Question], replies: list[Reply]
) -> None:
    for question in waiting:
        replies.append(await ask(session, question))
        if replies[-1].outcome != "answered":
            return


def _summary(rounds: Sequence[Round], question: Question) -> Load:
    failures = [reply for found in rounds for reply in _failures(found)]
    return Load(
        route=question.route,
        requests=sum(len(found.replies) for found in rounds),
        failed=len(failures),
        p50_ms=round(min(found.percentile(50) for found in rounds), 3),
        p99_ms=round(min(found.percentile(99) for found in rounds), 3),
        per_second=round(max(len(found.replies) / found.seconds for found in rounds), 1),
        trouble=failures[0].trouble if failures else "",
    )


def _failures(found: Round) -> list[Reply]:
    return [reply for reply in found.replies if reply.outcome != "answered"]
