"""The hop to one model service: its contract comes from it, columns go to it.

Connections are kept open and given up before the service would close them: BentoML closes after
5 s of silence, and a request written into that moment is lost. Whether one that is lost all the
same is sent once more is for `balance` to say; here each call is made once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import numpy as np
from numpy.typing import NDArray

from mooring.contract import wire
from mooring.contract.columns import Columns, rows_in
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidContract, InvalidWire
from mooring.contract.routing import Target
from mooring.gateway.errors import (
    DeadlineExceeded,
    UpstreamBusy,
    UpstreamChanged,
    UpstreamDisconnected,
    UpstreamError,
    UpstreamInvalid,
    UpstreamNotReady,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from mooring.gateway.hop.deadline import Deadline, milliseconds
from mooring.gateway.hop.served import Served
from mooring.gateway.tracing.spans import hop
from mooring.telemetry.binding import Instruments
from mooring.telemetry.upstream import UPSTREAM_REQUESTS, UPSTREAM_SECONDS

# Below the 5 s after which BentoML closes a silent connection.
_KEEPALIVE_SECONDS = 3.0
# More than this many calls at once only queue inside the service, which has few cores.
_CONNECTIONS = 8
_CONNECT_SECONDS = 1.0
_LEARN_SECONDS = 2.0
# The largest contract (2,000 features) stays well below; an answer is 12 bytes and 8 for each row.
_LONGEST_ANSWER = 8 * 1_048_576


@dataclass(frozen=True)
class Answered:
    """Predictions, and whether they are the last that their connection brings."""

    values: NDArray[np.float64]
    last: bool


class Upstream:
    """A client of one replica of a model service; `open` it inside the running event loop."""

    def __init__(
        self, model: str, target: Target, url: str, instruments: Instruments, token: str = ""
    ) -> None:
        """`token` opens the service; of several the first is sent."""
        self._headers = {"Authorization": f"Bearer {token.split()[0]}"} if token else {}
        self._model = model
        self._target = target
        self._url = url
        self._instruments = instruments

    async def open(self) -> None:
        """Open the sessions: predictions, and beside it one that never queues behind them."""
        self._slots = asyncio.Semaphore(_CONNECTIONS)
        self._predicting = self._session(_CONNECTIONS)
        self._learning = self._session(1)

    async def close(self) -> None:
        """Close all connections."""
        await self._predicting.close()
        await self._learning.close()

    async def learn(self) -> Served:
        """Ask what the service serves. Raises UpstreamError unless it is ready and as routed."""
        try:
            async with asyncio.timeout(_LEARN_SECONDS):
                return await self._learn()
        except TimeoutError:
            raise UpstreamTimeout(self._model, "its service is silent") from None

    async def predict(self, served: Served, columns: Columns, deadline: Deadline) -> Answered:
        """Predict each row, in order, shape (n,). Raises UpstreamError or DeadlineExceeded.

        Whether values are sound is judged where each can be told from its neighbours: `Coalescer`.
        """
        body = wire.encode_columns(served.contract, columns)
        await self._wait_for_slot(deadline)
        try:
            headers, answer = await self._within(deadline, served, body)
        finally:
            self._slots.release()
        values = self._decode(answer, rows_in(columns))
        return Answered(values, last=headers.get("Connection", "").lower() == "close")

    def _session(self, connections: int) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            self._url,
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=_KEEPALIVE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept-Encoding", "Accept"),
            auto_decompress=False,
        )

    async def _learn(self) -> Served:
        headers, document = await self._exchange(self._learning, "GET", "/contract.json")
        try:
            contract = Contract.from_json(document)
        except InvalidContract as error:
            raise UpstreamInvalid(self._model, f"its contract is unusable: {error}") from None
        served = Served.of(self._target, contract)
        self._check_identity(headers, served)
        try:
            await self._exchange(self._learning, "GET", "/readyz")
        except (UpstreamNotReady, UpstreamRefused):
            raise UpstreamNotReady(self._model, "its service is still loading") from None
        return served

    async def _wait_for_slot(self, deadline: Deadline) -> None:
        """One of the few connections, so that nothing is under way that is not being sent."""
        try:
            async with asyncio.timeout(deadline.left()):
                await self._slots.acquire()
        except TimeoutError:
            raise DeadlineExceeded(self._model) from None

    async def _within(
        self, deadline: Deadline, served: Served, body: bytes
    ) -> tuple[Mapping[str, str], bytes]:
        seconds = deadline.left()
        headers = {
            wire.CONTRACT_HEADER: served.digest,
            wire.DEADLINE_HEADER: milliseconds(seconds),
            "Content-Type": wire.CONTENT_TYPE,
        }
        try:
            async with asyncio.timeout(seconds):
                return await self._counted(served, headers, body)
        except TimeoutError:
            self._count(UpstreamTimeout.reason)
            raise UpstreamTimeout(self._model, f"no answer within {seconds:.3g} s") from None

    async def _counted(
        self, served: Served, headers: Mapping[str, str], body: bytes
    ) -> tuple[Mapping[str, str], bytes]:
        started = time.perf_counter()
        try:
            with hop("POST /columns") as trace:
                answered, answer = await self._exchange(
                    self._predicting, "POST", "/columns", {**headers, **trace}, body
                )
                self._check_identity(answered, served)
        except UpstreamError as error:
            self._count(error.reason)
            raise
        self._count("ok")
        seconds = time.perf_counter() - started
        self._instruments.observe(UPSTREAM_SECONDS, seconds, model=self._model)
        return answered, answer

    async def _exchange(
        self, session: aiohttp.ClientSession, method: str, path: str,
        headers: Mapping[str, str] | None = None, body: bytes | None = None,
    ) -> tuple[Mapping[str, str], bytes]:  # fmt: skip
        try:
            async with session.request(
                method, path, headers=headers, data=body, allow_redirects=False
            ) as response:
                self._check_status(response.status)
                return response.headers, await self._read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise UpstreamUnreachable(self._model, "its service cannot be reached") from None
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            raise UpstreamDisconnected(self._model, "its service hung up") from None
        except aiohttp.ClientError:
            raise UpstreamInvalid(self._model, "its answer is broken or cut short") from None

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        parts = bytearray()
        async for part in response.content.iter_any():
            parts += part
            if len(parts) > _LONGEST_ANSWER:
                raise UpstreamInvalid(self._model, f"its answer passes {_LONGEST_ANSWER} bytes")
        return bytes(parts)

    def _check_status(self, status: int) -> None:
        if status == 409:
            raise UpstreamChanged(self._model, "its service has another contract by now")
        if status == 504:
            raise UpstreamTimeout(self._model, "its service ran out of time")
        if status == 503:
            raise UpstreamNotReady(self._model, "its service says that it has no model")
        if status == 429:
            raise UpstreamBusy(self._model, "its service has too much to do")
        if status == 401:
            raise UpstreamRefused(self._model, "its service asks for another MOORING_HOP_TOKEN")
        if status != 200:
            raise UpstreamRefused(self._model, f"its service answered {status}", status)

    def _check_identity(self, headers: Mapping[str, str], served: Served) -> None:
        expected = {
            wire.MODEL_HEADER: self._model,
            wire.VERSION_HEADER: str(self._target.version),
            wire.BUNDLE_HEADER: self._target.bundle,
            wire.CONTRACT_HEADER: served.digest,
        }
        for header, value in expected.items():
            if headers.get(header) != value:
                problem = f"its service says another {header} than the routing document"
                raise UpstreamChanged(self._model, problem)

    def _decode(self, answer: bytes, rows: int) -> NDArray[np.float64]:
        try:
            return wire.decode_predictions(answer, rows=rows)
        except InvalidWire as error:
            raise self._invalid(error.problem) from None

    def _invalid(self, problem: str) -> UpstreamInvalid:
        self._count(UpstreamInvalid.reason)
        return UpstreamInvalid(self._model, problem)

    def _count(self, outcome: str) -> None:
        self._instruments.add(UPSTREAM_REQUESTS, model=self._model, outcome=outcome)
