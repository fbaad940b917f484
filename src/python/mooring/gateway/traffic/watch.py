"""Keeping what is known of a replica true: it is asked again and again, in background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from mooring.gateway.errors import UpstreamError, UpstreamTimeout
from mooring.gateway.hop.replica import Replica
from mooring.gateway.settings import Settings

_log = logging.getLogger(__name__)


async def watch(replica: Replica, settings: Settings, learned: Callable[[str], None]) -> None:
    """Learn the replica for ever: soon again while lost or doubted, seldom while it is well.

    `learned` is told the reason that held before.
    """
    while True:
        before = replica.reason
        await learn(replica)
        learned(before)
        await _pause(replica, settings.watch_seconds if replica.ready else settings.learn_seconds)


async def learn(replica: Replica) -> None:
    """Ask the replica once and note the answer; never raises."""
    replica.doubted.clear()
    answers = replica.answers
    try:
        replica.learned(await replica.upstream.learn())
    except UpstreamTimeout as error:
        # A question that gets lost in a crowd says little about who answers the crowd.
        if replica.answers == answers:
            replica.lost(error.problem)
    except UpstreamError as error:
        replica.lost(error.problem)
    except Exception:
        # Anything else is a fault of ours: this replica stays unready, and the watch goes on.
        _log.exception("learning a model failed")
        replica.lost("its service answers in a way that this gateway does not understand")


async def _pause(replica: Replica, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await replica.doubted.wait()
    except TimeoutError:
        return
