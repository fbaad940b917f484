"""Keeping what is known of a replica true: it is asked again and again, in background."""

from __future__ import annotations

import asyncio
import logging

from mooring.gateway.errors import UpstreamError
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.served import Served
from mooring.gateway.settings import Settings
from mooring.gateway.traffic.variant import Variant
from mooring.telemetry.binding import Instruments
from mooring.telemetry.models import MODEL_INFO, MODEL_READY

_log = logging.getLogger(__name__)

# Digests in labels are for recognising, not for proving.
_SHORT = 12


async def watch(
    variant: Variant, replica: Replica, instruments: Instruments, settings: Settings
) -> None:
    """Learn the replica for ever: soon again while lost or doubted, seldom while it is well."""
    while True:
        await learn(variant, replica, instruments)
        pause = settings.watch_seconds if replica.ready else settings.learn_seconds
        await _pause(replica, pause)


async def learn(variant: Variant, replica: Replica, instruments: Instruments) -> None:
    """Ask the replica once and note the answer; logs a change, never raises."""
    reason, known = replica.reason, variant.known
    replica.doubted.clear()
    try:
        replica.learned(await replica.upstream.learn())
    except UpstreamError as error:
        replica.lost(error.problem)
    except Exception:
        # Anything else is a fault of ours: this replica stays unready, and the watch goes on.
        _log.exception("learning a model failed", extra={"model": variant.model})
        replica.lost("its service answers in a way that this gateway does not understand")
    _export(variant, known, instruments)
    if replica.reason != reason:
        _log_change(variant, replica)


def _export(variant: Variant, before: Served | None, instruments: Instruments) -> None:
    if variant.role == "champion":
        instruments.set(MODEL_READY, float(variant.ready), model=variant.model)
    if before is not None and before != variant.known:
        instruments.forget(MODEL_INFO, **_info(variant.model, before))
    if variant.known is not None:
        instruments.set(MODEL_INFO, 1.0, **_info(variant.model, variant.known))


def _info(model: str, served: Served) -> dict[str, str]:
    return {
        "model": model,
        "version": str(served.target.version),
        "bundle": served.target.bundle[:_SHORT],
        "contract": served.digest[:_SHORT],
    }


def _log_change(variant: Variant, replica: Replica) -> None:
    facts = {"model": variant.model, "version": variant.target.version, "role": variant.role}
    facts["replica"] = variant.replicas.index(replica)
    if replica.ready:
        _log.info("model is ready", extra=facts)
    else:
        _log.warning("model is not ready", extra=facts | {"reason": replica.reason})


async def _pause(replica: Replica, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await replica.doubted.wait()
    except TimeoutError:
        return
