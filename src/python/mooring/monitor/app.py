"""The monitor as an ASGI application: probes, metrics, and what incidents are asked by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import JSONResponse, Response

from mooring.process.web import SILENT


@dataclass(frozen=True)
class Ports:
    """What the application works with.

    `unready` says why nobody should rely on this process now, or nothing; `running` is what goes on
    while it serves.
    """

    registry: CollectorRegistry
    unready: Callable[[], str]
    running: Callable[[], AbstractContextManager[None]]
    routers: Sequence[APIRouter] = ()


def create_app(ports: Ports) -> FastAPI:
    """Put the routes together; nothing is opened before the lifespan starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ports.running():
            yield

    app = FastAPI(
        title="Mooring monitor",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=SILENT,
        lifespan=lifespan,
    )
    app.include_router(_probes(ports))
    for router in ports.routers:
        app.include_router(router)
    return app


def _probes(ports: Ports) -> APIRouter:
    router = APIRouter()

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/readyz")
    async def readyz() -> Response:
        reason = ports.unready()
        if reason:
            return JSONResponse({"status": "not ready", "reason": reason}, 503)
        return JSONResponse({"status": "ready"})

    # Not async: writing thousands of series would hold the loop.
    @router.get("/metrics")
    def metrics() -> Response:
        exposed = generate_latest(ports.registry)
        return Response(exposed, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
