"""A model service that misbehaves in the one way that its first argument names, started by
`python -m mooring.blessing.testing.impostor <manner> <port> <bundle id>`.

It speaks the routes of a real one and answers what each row carries in its column `chance`; the
manner "well" is how a service should behave.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import numpy as np
from aiohttp import web

from mooring.contract import wire
from mooring.contract.annotations import Category
from mooring.contract.contract import Contract, Limits, Prediction
from mooring.contract.features import Features

Manner = Literal[
    "well",
    "refuses",
    "crashes at boot",
    "loses its workers",
    "never gets ready",
    "answers wrongly",
    "answers wrongly natively",
    "answers from another bundle",
    "answers with an error under load",
    "dies under load",
    "is silent under load",
    "drops what is under way",
    "cuts answers off",
    "ignores SIGTERM",
    "exits with an error",
    "leaves a process",
]
MANNERS: tuple[Manner, ...] = get_args(Manner)

# Later than the replay, which asks each golden sample twice, and before the load is over.
_UNDER_LOAD = 60
_DRAIN_SECONDS = 0.2


class Guess(Features):
    """A row that carries its own prediction."""

    port: Annotated[str, Category("EWR", "JFK")]
    chance: float


CONTRACT = Contract.of(
    Guess,
    name="guess",
    version="1.0",
    prediction=Prediction(name="late", kind="probability", label="is_late"),
    limits=Limits(deadline_seconds=5.0),
)


@dataclass
class Impostor:
    """One misbehaving service."""

    manner: Manner
    bundle: str
    asked: int = 0
    ending: bool = False

    def app(self) -> web.Application:
        """Its routes."""
        app = web.Application()
        app.router.add_get("/readyz", self.readyz)
        app.router.add_post("/columns", self.columns)
        app.router.add_post("/predict", self.predict)
        return app

    async def readyz(self, request: web.Request) -> web.Response:
        """Whether it says that it is ready."""
        if self.manner == "refuses":
            return web.Response(status=503, text="guess: model.onnx: its content is not right")
        return web.Response(status=404 if self.manner == "never gets ready" else 200)

    async def columns(self, request: web.Request) -> web.StreamResponse:
        """Columns in, `chance` out."""
        rows = wire.decode_columns(CONTRACT, await request.read())
        answer = np.asarray(rows["chance"], dtype=np.float64)
        if self.manner == "answers wrongly":
            answer = answer + 0.5
        content = wire.encode_predictions(answer)
        return await self._answer(request, content, wire.CONTENT_TYPE)

    async def predict(self, request: web.Request) -> web.StreamResponse:
        """JSON in, `chance` out."""
        rows = json.loads(await request.read())["instances"]
        off = 0.5 if self.manner == "answers wrongly natively" else 0.0
        content = json.dumps({"predictions": [row["chance"] + off for row in rows]}).encode()
        return await self._answer(request, content, "application/json")

    async def _answer(
        self, request: web.Request, content: bytes, content_type: str
    ) -> web.StreamResponse:
        self.asked += 1
        if self.asked > _UNDER_LOAD:
            await self._misbehave(request)
            if self.manner == "answers with an error under load":
                return web.Response(status=500)
        other = "0" * 64 if self.manner == "answers from another bundle" else self.bundle
        headers = {wire.BUNDLE_HEADER: other}
        if self.ending:
            headers["Connection"] = "close"
        return web.Response(body=content, headers=headers, content_type=content_type)

    async def _misbehave(self, request: web.Request) -> None:
        if self.manner == "dies under load":
            os._exit(7)
        if self.manner == "is silent under load":
            await asyncio.Event().wait()
        # Each answer takes as long as it takes to notice a signal, so that some are under way.
        await asyncio.sleep(0.002)
        if not self.ending or request.transport is None:
            return
        if self.manner == "drops what is under way":
            request.transport.abort()
        if self.manner == "cuts answers off":
            begun = web.StreamResponse(headers={"Content-Length": "100"})
            await begun.prepare(request)
            await begun.write(b"half")
            request.transport.close()


async def _serve(manner: Manner, port: int, bundle: str) -> int:
    ended = asyncio.Event()
    impostor = Impostor(manner, bundle)
    runner = web.AppRunner(impostor.app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()

    def end() -> None:
        impostor.ending = True
        asyncio.get_running_loop().call_later(_DRAIN_SECONDS, ended.set)

    if manner == "ignores SIGTERM":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    await ended.wait()
    await runner.cleanup()
    return 3 if manner == "exits with an error" else 0


def main() -> int:
    """Serve until SIGTERM."""
    manner, port, bundle = sys.argv[1:]
    if manner == "crashes at boot":
        sys.stderr.write("no such library: libmodel.so\n")
        return 1
    while manner == "loses its workers":
        subprocess.run([sys.executable, "-c", "raise SystemExit('out of memory')"], check=False)
    if manner == "leaves a process" and os.fork() == 0:
        # In a session of its own and deaf to the signal, as a lost worker would be.
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pause()
    return asyncio.run(_serve(MANNERS[MANNERS.index(manner)], int(port), bundle))


if __name__ == "__main__":
    sys.exit(main())
