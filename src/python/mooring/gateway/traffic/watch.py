"""Keeping what is known of a model true: its service is asked again and again, in background."""

from __future__ import annotations

import asyncio
import logging

from mooring.gateway.errors import UpstreamError
from mooring.gateway.hop.served import Served
from mooring.gateway.settings import Settings
from mooring.gateway.traffic.models import Model
from mooring.telemetry.binding import Instruments
from mooring.telemetry.models import MODEL_INFO, MODEL_READY

_log = logging.getLogger(__name__)

# Digests in labels are for recognising, not for proving.
_SHORT = 12


async def watch(model: Model, instruments: Instruments, settings: Settings) -> None:
    """Learn the model for ever: soon again while it is lost or doubted, seldom while it is well."""
    while True:
        await learn(model, instruments)
        pause = settings.watch_seconds if model.ready else settings.learn_seconds
        await _pause(model, pause)


async def learn(model: Model, instruments: Instruments) -> None:
    """Ask the model's service once and note the answer; logs a change, never raises."""
    reason, known = model.reason, model.known
    model.doubted.clear()
    try:
        model.learned(await model.upstream.learn())
    except UpstreamError as error:
        model.lost(error.problem)
    except Exception:
        # Anything else is a fault of ours: this model stays unready, and the watch goes on.
        _log.exception("learning a model failed", extra={"model": model.name})
        model.lost("its service answers in a way that this gateway does not understand")
    _export(model, known, instruments)
    if model.reason != reason:
        _log_change(model)


def _export(model: Model, before: Served | None, instruments: Instruments) -> None:
    instruments.set(MODEL_READY, float(model.ready), model=model.name)
    if before is not None and before != model.known:
        instruments.forget(MODEL_INFO, **_info(model, before))
    if model.known is not None:
        instruments.set(MODEL_INFO, 1.0, **_info(model, model.known))


def _info(model: Model, served: Served) -> dict[str, str]:
    return {
        "model": model.name,
        "version": str(served.target.version),
        "bundle": served.target.bundle[:_SHORT],
        "contract": served.digest[:_SHORT],
    }


def _log_change(model: Model) -> None:
    facts = {"model": model.name, "version": model.champion.version}
    if model.ready:
        _log.info("model is ready", extra=facts)
    else:
        _log.warning("model is not ready", extra=facts | {"reason": model.reason})


async def _pause(model: Model, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await model.doubted.wait()
    except TimeoutError:
        return
