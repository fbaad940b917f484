"""A model service for tests: the real interface, the real wire format, an invented model.

It predicts `hour / 100`, so that a test can tell which row an answer belongs to. `Behaviour` makes
it misbehave.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from aiohttp import web
from aiohttp.typedefs import Handler

from mooring.contract import wire
from mooring.contract.contract import Contract
from mooring.gateway.testing.contracts import BUNDLE, CONTRACT, VERSION
from mooring.process.ports import free_port


@dataclass
class Behaviour:
    """What the service serves and how it fails; may be changed while it runs."""

    contract: Contract = CONTRACT
    bundle: str = BUNDLE
    version: int = VERSION
    ready: bool = True
    leaving: bool = False  # it is about to end, and answers say so
    status: int = 200
    token: str = ""  # what a sender has to know
    hang_up: int = 0  # so many calls for predictions are answered by closing the connection
    answer: bytes | None = None
    added: float = 0.0  # to every prediction, so that it tells which version it comes from
    pause: float = 0.0  # seconds before every answer
    poison: int | None = None  # the hour that makes a whole call fail
    odd: dict[int, float] = field(default_factory=dict)  # hours that are predicted otherwise
    received: int = 0  # calls for predictions that arrived
    asked: list[int] = field(default_factory=list)  # rows of each call that was predicted
    # Headers of the last such calls.
    told: deque[Mapping[str, str]] = field(default_factory=lambda: deque(maxlen=100))
    arrived: threading.Event = field(default_factory=threading.Event)
    # While this is clear, calls for predictions wait.
    proceed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.proceed.set()


@dataclass(frozen=True)
class FakeUpstream:
    """Where the service listens and how to change it."""

    port: int
    behaviour: Behaviour

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def upstream(behaviour: Behaviour | None = None, port: int = 0) -> Iterator[FakeUpstream]:
    """Serve in a thread of its own until the block ends."""
    service = FakeUpstream(port or free_port(), behaviour or Behaviour())
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    main = serve(service, started.set, stop)
    thread = threading.Thread(target=loop.run_until_complete, args=(main,))
    thread.start()
    try:
        if not started.wait(10):
            raise TimeoutError("the fake model service did not start")
        yield service
    finally:
        service.behaviour.proceed.set()
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


async def serve(
    service: FakeUpstream, started: Callable[[], None], stop: asyncio.Event, finish: float = 0.1
) -> None:
    """Serve until `stop` is set, and then for at most `finish` seconds what is under way."""
    endpoints = _Endpoints(service.behaviour)
    app = web.Application(middlewares=[endpoints.require_token])
    app.add_routes(
        [
            web.get("/contract.json", endpoints.contract),
            web.get("/readyz", endpoints.readyz),
            web.post("/columns", endpoints.columns),
        ]
    )
    app.on_response_prepare.append(endpoints.say_goodbye)
    runner = web.AppRunner(app, shutdown_timeout=finish)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", service.port).start()
    started()
    await stop.wait()
    await runner.cleanup()


class _Endpoints:
    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    @web.middleware
    async def require_token(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        token = self._behaviour.token
        known = request.headers.get("Authorization") == f"Bearer {token}"
        if token and not known and request.path != "/readyz":
            return web.Response(status=401)
        return await handler(request)

    async def contract(self, request: web.Request) -> web.Response:
        return web.Response(body=self._behaviour.contract.to_json(), headers=self._identity())

    async def say_goodbye(self, request: web.Request, response: web.StreamResponse) -> None:
        if self._behaviour.leaving:
            response.headers["Connection"] = "close"  # by itself aiohttp closes without a word here
            response.force_close()

    async def readyz(self, request: web.Request) -> web.Response:
        now = self._behaviour
        return web.Response(status=200 if now.ready and not now.leaving else 503)

    async def columns(self, request: web.Request) -> web.Response:
        now = self._behaviour
        body = await request.read()
        now.received += 1
        now.told.append(request.headers)
        now.arrived.set()
        if not now.proceed.is_set():
            await asyncio.to_thread(now.proceed.wait)
        await asyncio.sleep(now.pause)
        if now.hang_up:
            now.hang_up -= 1
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        if request.headers[wire.CONTRACT_HEADER] != now.contract.digest:
            return web.Response(status=409)
        return self._predicted(body)

    def _predicted(self, body: bytes) -> web.Response:
        now = self._behaviour
        hours = wire.decode_columns(now.contract, body)["hour"]
        now.asked.append(len(hours))
        values = [now.odd.get(int(hour), hour / 100.0) + now.added for hour in hours]
        answer = wire.encode_predictions(np.array(values))
        return web.Response(
            status=500 if now.poison in hours else now.status,
            body=answer if now.answer is None else now.answer,
            content_type=wire.CONTENT_TYPE,
            headers=self._identity() | {"Location": "/contract.json"},  # matters to a redirect only
        )

    def _identity(self) -> dict[str, str]:
        now = self._behaviour
        return {
            wire.MODEL_HEADER: now.contract.name,
            wire.VERSION_HEADER: str(now.version),
            wire.BUNDLE_HEADER: now.bundle,
            wire.CONTRACT_HEADER: now.contract.digest,
        }
