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
from mooring.gateway.capture.caps import Caps
from mooring.gateway.capture.feedback import Feedback
from mooring.gateway.capture.log import Log
from mooring.gateway.docs import docs_routes
from mooring.gateway.drain import CloseWhileDraining, Drain
from mooring.gateway.edge.body import BodyLimit
from mooring.gateway.hangup import Hangup
from mooring.gateway.health import health_routes
from mooring.gateway.hop.admission import Admission
from mooring.gateway.identity import RequestId
from mooring.gateway.metrics import CountRequests
from mooring.gateway.openapi import OpenApi
from mooring.gateway.prediction_ids import PredictionIds
from mooring.gateway.predictor import Predictor
from mooring.gateway.protocols.catalogue import catalogue_routes
from mooring.gateway.protocols.head import HeadAsGet
from mooring.gateway.protocols.native import Predict
from mooring.gateway.protocols.oip.describe import describe_routes
from mooring.gateway.protocols.oip.infer import Infer
from mooring.gateway.protocols.rollout import rollout_routes
from mooring.gateway.requestlog import LogRequests, Write, unwritten
from mooring.gateway.settings import Settings
from mooring.gateway.tracing.exporter import Exporter
from mooring.gateway.tracing.requests import Tracer, TraceRequests
from mooring.gateway.traffic.models import Models
from mooring.gateway.traffic.reload import Follower
from mooring.process.web import SILENT
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
    entrance: Entrance
    follower: Follower
    hangup: Hangup
    log: Log
    ids: PredictionIds
    caps: Caps
    exporter: Exporter | None = None
    tell: Write = unwritten


def create_app(ports: Ports) -> FastAPI:
    """Put routes and middleware together; nothing is opened before the lifespan starts."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=SILENT,
        lifespan=partial(_lifespan, ports),
        middleware=[
            Middleware(RequestId),
            Middleware(TraceRequests, _tracer(ports)),
            Middleware(LogRequests, ports.settings.lines, ports.tell),
            Middleware(CloseWhileDraining, ports.drain),
            Middleware(CountRequests, ports.instruments),
            Middleware(Authenticate, ports.entrance.gate, ports.instruments),
            Middleware(BodyLimit, partial(_body_limit, ports)),
            Middleware(HeadAsGet),
        ],
    )
    problems.install(app)
    # Before the routes that end in `{model}`, which would match `name:predict` too.
    admission = Admission(ports.settings.admission, ports.instruments)
    predictor = Predictor(ports.models, ports.instruments, ports.log, ports.ids, admission)
    app.router.routes.extend(Predict(predictor).routes())
    app.router.routes.extend(Infer(predictor).routes())
    feedback = Feedback(ports.models, ports.ids, ports.log, ports.caps, ports.instruments)
    app.router.routes.extend(feedback.routes())
    app.include_router(catalogue_routes(ports.models))
    app.include_router(rollout_routes(ports.models))
    app.include_router(describe_routes(ports.models, ports.drain))
    app.include_router(health_routes(ports.models, ports.drain))
    openapi = OpenApi(app, ports.models, secured=ports.entrance.gate.asks)
    app.router.routes.extend(docs_routes(openapi.document))
    return app


@asynccontextmanager
async def _lifespan(ports: Ports, app: FastAPI) -> AsyncIterator[None]:
    """The model services and the routing document that names them, for as long as it serves."""
    async with AsyncExitStack() as stack:
        # First, so that it is closed last: what is in flight at the end is remembered too.
        ports.log.open()
        stack.push_async_callback(asyncio.to_thread, ports.log.close)
        if ports.exporter is not None:
            stack.push_async_callback(_end, [asyncio.create_task(ports.exporter.run())])
        stack.enter_context(ports.hangup.installed())
        await stack.enter_async_context(ports.follower.running())
        tasks = [asyncio.create_task(f(ports.hangup.event())) for f in ports.entrance.followers]
        stack.push_async_callback(_end, tasks)
        yield


def _tracer(ports: Ports) -> Tracer:
    """Nothing is sampled that nobody collects."""
    exporter = ports.exporter
    return Tracer(exporter, ports.settings.collector.ratio) if exporter else Tracer()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _body_limit(ports: Ports, path: str) -> int:
    model = ports.models.at(path)
    known = model.champion.known if model else None
    limit = known.contract.limits.bytes if known else _UNKNOWN_MODEL_BYTES
    return min(limit, ports.settings.body_bytes)
