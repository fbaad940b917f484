"""The hot route: JSON rows in, predictions out.

A bare ASGI endpoint, because FastAPI's machinery around a route costs about 110 µs where the
validation itself takes 2 µs; its place in the OpenAPI document is written by `openapi`.
"""

from __future__ import annotations

import time

import numpy as np
import orjson
from numpy.typing import NDArray
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mooring.contract.columns import Columns
from mooring.contract.errors import InvalidRows
from mooring.gateway.errors import ClientGone, UpstreamError, WrongMediaType, WrongMethod
from mooring.gateway.hop.served import Served
from mooring.gateway.identity import prediction_ids
from mooring.gateway.protocols.violations import count_violations
from mooring.gateway.template import TemplateRoute
from mooring.gateway.traffic.models import Model, Models
from mooring.telemetry.binding import Instruments
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS, PREDICTIONS


class Predict:
    """`POST …:predict` for every model, by name, by version or by label."""

    def __init__(self, models: Models, instruments: Instruments) -> None:
        self._models = models
        self._instruments = instruments

    def routes(self) -> list[TemplateRoute]:
        """The paths that lead here. They match every method, so that a wrong one is told so."""
        stem = "/v1/models/{model}"
        endings = ("", "/versions/{version}", "/labels/{label}")
        return [TemplateRoute(f"{stem}{ending}:predict", self) for ending in endings]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            raise WrongMethod(("POST",))
        parameters = request.path_params
        model = self._models[parameters["model"]]
        model.check_version(parameters.get("version"), parameters.get("label"))
        started = time.perf_counter()
        try:
            return await self._predict(model, request)
        finally:
            seconds = time.perf_counter() - started
            self._instruments.observe(GATEWAY_REQUEST_SECONDS, seconds, model=model.name)

    async def _predict(self, model: Model, request: Request) -> Response:
        _check_media_type(request)
        served = model.ask()
        columns = self._parse(served, await _body(request))
        predictions = await _ask(model, served, columns)
        version = str(served.target.version)
        self._instruments.add(PREDICTIONS, len(predictions), model=model.name, version=version)
        return _response(served, predictions)

    def _parse(self, served: Served, body: bytes) -> Columns:
        try:
            return served.schema.parse(body)
        except InvalidRows as error:
            count_violations(error, served.contract, self._instruments)
            raise


async def _ask(model: Model, served: Served, columns: Columns) -> NDArray[np.float64]:
    try:
        return await model.upstream.predict(served, columns)
    except UpstreamError:
        model.doubted.set()
        raise


async def _body(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect:
        raise ClientGone from None


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").lower()
    if media_type != "application/json" or encoding != "identity":
        raise WrongMediaType


def _response(served: Served, predictions: NDArray[np.float64]) -> Response:
    answer = {
        "predictions": predictions.tolist(),
        "model": {
            "name": served.contract.name,
            "version": served.target.version,
            "digest": served.target.bundle,
        },
        "prediction_ids": prediction_ids(len(predictions)),
    }
    return Response(orjson.dumps(answer), media_type="application/json")
