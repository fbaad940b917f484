"""The gateway as an ASGI application, made from its ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI
from starlette.middleware import Middleware

from mooring.gateway import problems
from mooring.gateway.auth.entrance import Entrance
from mooring.gateway.auth.guard import Authenticate
from mooring.gateway.docs import docs_routes
from mooring.gateway.drain import CloseWhileDraining, Drain
from mooring.gateway.edge.body import BodyLimit
from mooring.gateway.hangup import Hangup
from mooring.gateway.health import health_routes
from mooring.gateway.identity import RequestId
from mooring.gateway.metrics import CountRequests
from mooring.gateway.openapi import OpenApi
from mooring.gateway.predictor import Capture, Predictor
from mooring.gateway.protocols.catalogue import catalogue_routes
from mooring.gateway.protocols.native import Predict
from mooring.gateway.protocols.oip.describe import describe_routes
from mooring.gateway.protocols.oip.infer import Infer
from mooring.gateway.protocols.rollout import rollout_routes
from mooring.gateway.settings import Settings
from mooring.gateway.traffic.models import Models
from mooring.gateway.traffic.reload import Follower
from mooring.telemetry.binding import Instruments

# What a body may have where no contract says more: such a body is never read.
_UNKNOWN_MODEL_BYTES = 1_048_576


@dataclass(frozen=True)
class Ports:
    """What the application works with."""

    settings: Settings
    models: Models
    instruments: Instruments
    drain: Drain
    capture: Capture
    entrance: Entrance
    follower: Follower
    hangup: Hangup


def create_app(ports: Ports) -> FastAPI:
    """Put routes and middleware together; nothing is opened before the lifespan starts."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=partial(_lifespan, ports),
        middleware=[
            Middleware(RequestId),
            Middleware(CloseWhileDraining, ports.drain),
            Middleware(CountRequests, ports.instruments),
            Middleware(Authenticate, ports.entrance.gate, ports.instruments),
            Middleware(BodyLimit, partial(_body_limit, ports)),
        ],
    )
    problems.install(app)
    # Before the routes that end in `{model}`, which would match `name:predict` too.
    predictor = Predictor(ports.models, ports.instruments, ports.capture)
    app.router.routes.extend(Predict(predictor).routes())
    app.router.routes.extend(Infer(predictor).routes())
    app.include_router(catalogue_routes(ports.models))
    app.include_router(rollout_routes(ports.models))
    app.include_router(describe_routes(ports.models, ports.drain))
    app.include_router(health_routes(ports.models, ports.drain))
    app.router.routes.extend(docs_routes(OpenApi(app, ports.models).document))
    return app


@asynccontextmanager
async def _lifespan(ports: Ports, app: FastAPI) -> AsyncIterator[None]:
    """The model services and the routing document that names them, for as long as it serves."""
    async with AsyncExitStack() as stack:
        stack.enter_context(ports.hangup.installed())
        await stack.enter_async_context(ports.follower.running())
        tasks = [asyncio.create_task(f(ports.hangup.event())) for f in ports.entrance.followers]
        stack.push_async_callback(_end, tasks)
        yield


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _body_limit(ports: Ports, path: str) -> int:
    model = ports.models.at(path)
    known = model.champion.known if model else None
    limit = known.contract.limits.bytes if known else _UNKNOWN_MODEL_BYTES
    return min(limit, ports.settings.body_bytes)
