"""One service on trial: started under its memory limit, asked, loaded, ended; always ended.

Nothing that the service does raises: it is what is observed.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import aiohttp

from mooring.blessing.budget import ServingBudget
from mooring.blessing.draining import drain
from mooring.blessing.evidence import Blessing
from mooring.blessing.machine import machine_facts
from mooring.blessing.observed import Boot, Observed, Replay
from mooring.blessing.questions import Question, ask, batches, questions
from mooring.blessing.rounds import measure
from mooring.blessing.serving import judge
from mooring.blessing.subject import ServiceUnderTest
from mooring.bundle.open import Bundle
from mooring.process.errors import ProcessError

# Between two questions whether it is ready; short against the second that a service takes to boot.
POLL_SECONDS = 0.05

# Replay, load and drain take seconds; this ends a service that is alive and of no use.
TRIAL_SECONDS = 180.0

# A worker that died this often will not come up: its supervisor would go on for ever.
_RESTARTS = 2
_PROBE_SECONDS = 2.0

# A dying process closes its connections some time before its exit status can be read.
_LAST_BREATH_SECONDS = 2.0
_REASON_LENGTH = 400


def bless_service(subject: ServiceUnderTest, bundle: Bundle, budget: ServingBudget) -> Blessing:
    """Put the service of `bundle` on trial and judge it.

    Raises BundleUnreadable when the bundle has no golden samples to ask.
    """
    started = time.monotonic()
    observed = observe(subject, bundle, budget)
    seconds = time.monotonic() - started
    return judge(bundle, budget, observed, machine_facts(), seconds)


def observe(subject: ServiceUnderTest, bundle: Bundle, budget: ServingBudget) -> Observed:
    """Everything that is seen of the service from its start to its end."""
    asked = (batches(bundle), questions(bundle, "columns"), questions(bundle, "native"))
    try:
        limited = subject.start(budget.memory_limit_mb)
    except (ProcessError, OSError) as error:
        return Observed(Boot(None, f"it could not be started: {error}", fault="machine"))
    try:
        return asyncio.run(_observe(subject, asked, budget, limited=limited))
    finally:
        subject.stop()


_Asked = tuple[tuple[Question, ...], tuple[Question, ...], tuple[Question, ...]]


async def _observe(
    subject: ServiceUnderTest, asked: _Asked, budget: ServingBudget, *, limited: bool
) -> Observed:
    connector = aiohttp.TCPConnector(limit=budget.connections)
    async with aiohttp.ClientSession(subject.url, connector=connector) as session:
        boot = await _boot(subject, session, budget.boot_seconds)
        seen = Observed(replace(boot, memory_limited=limited))
        if boot.seconds is None:
            return seen
        try:
            async with asyncio.timeout(TRIAL_SECONDS):
                return await _exercise(subject, session, asked, budget, seen)
        except TimeoutError:
            return replace(seen, trouble=f"it was not through after {TRIAL_SECONDS:g} s")


async def _boot(subject: ServiceUnderTest, session: aiohttp.ClientSession, patience: float) -> Boot:
    """Wait for the first answer of /readyz that is final."""
    started = time.monotonic()
    while (waited := time.monotonic() - started) < patience:
        status, words = await _readiness(session)
        if status == 200:
            return Boot(round(time.monotonic() - started, 3))
        if status == 503:
            return Boot(None, f"it refuses to serve: {words}")
        if (code := subject.ended()) is not None:
            return Boot(None, f"it ended with status {code}: {subject.last_words()}")
        if subject.restarts() >= _RESTARTS:
            return Boot(None, f"its worker dies again and again: {subject.last_words()}")
        await asyncio.sleep(POLL_SECONDS)
    return Boot(None, f"it was not ready after {waited:.0f} s: {subject.last_words()}")


async def _readiness(session: aiohttp.ClientSession) -> tuple[int | None, str]:
    try:
        async with asyncio.timeout(_PROBE_SECONDS), session.get("/readyz") as answer:
            return answer.status, (await answer.text(errors="replace"))[:_REASON_LENGTH].strip()
    except (aiohttp.ClientError, TimeoutError):
        return None, ""


async def _exercise(
    subject: ServiceUnderTest,
    session: aiohttp.ClientSession,
    asked: _Asked,
    budget: ServingBudget,
    seen: Observed,
) -> Observed:
    """Replay, load, end; a service that answers wrongly is not loaded."""
    batch, columns, native = asked
    replays = (await _replay(session, batch), await _replay(session, native))
    seen = replace(seen, replays=replays)
    if any(replay.trouble for replay in replays):
        return seen
    loads = (await measure(session, columns, budget), await measure(session, native, budget))
    peak = subject.peak_mb()
    seen = replace(seen, loads=loads, peak_mb=peak)
    failed = any(load.failed for load in loads)
    if (code := subject.ended(_LAST_BREATH_SECONDS if failed else 0.0)) is not None:
        return replace(seen, trouble=f"it ended under load with status {code}")
    if failed:
        return seen
    return replace(seen, drained=await drain(subject, session, columns, budget))


async def _replay(session: aiohttp.ClientSession, asked: tuple[Question, ...]) -> Replay:
    """Ask one after the other, until an answer is wrong."""
    largest = 0.0
    for question in asked:
        reply = await ask(session, question)
        if reply.outcome != "answered":
            return Replay(question.route, _rows(asked), reply.difference, reply.trouble)
        largest = max(largest, reply.difference or 0.0)
    return Replay(asked[0].route, _rows(asked), largest)


def _rows(asked: tuple[Question, ...]) -> int:
    return sum(len(question.expected) for question in asked)
