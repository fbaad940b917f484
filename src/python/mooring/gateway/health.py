"""Probes. Live: the process answers. Ready: send it requests."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from mooring.gateway.answers import PROBLEMS, Health
from mooring.gateway.drain import Drain
from mooring.gateway.problems import Kind, problem
from mooring.gateway.traffic.models import Models

_NOT_READY = Kind("not-ready", 503, "The gateway is not ready", retry_after=1)


def health_routes(models: Models, drain: Drain) -> APIRouter:
    """The routes of both probes."""
    router = APIRouter(tags=["health"])

    @router.get("/livez", responses=PROBLEMS, summary="Is the process alive?")
    async def livez() -> Health:
        return Health(status="live")

    @router.get("/readyz", responses=PROBLEMS, response_model=Health, summary="Send it requests?")
    async def readyz() -> Response | Health:
        return unready(models, drain) or Health(status="ready")

    return router


def unready(models: Models, drain: Drain) -> Response | None:
    """The answer that says why no request should be sent here, or None where one should."""
    reasons = _reasons(models, drain)
    if not reasons:
        return None
    detail = "; ".join(f"{who}: {reason}" for who, reason in reasons.items())
    return problem(_NOT_READY, detail, reasons=reasons)


def _reasons(models: Models, drain: Drain) -> dict[str, str]:
    """Why it is not ready, by what is to blame.

    Once it has started, one model that is lost takes no other with it: what balances between
    gateways would find none of them ready. So it is unready when there is no model to ask at all.
    """
    if drain.begun:
        return {"gateway": "draining, it is about to stop"}
    lost = [model for model in models if not model.champion.ready]
    if any(model.awaited for model in lost) or len(lost) == sum(1 for _ in models):
        return {model.name: model.champion.reason for model in lost}
    return {}
