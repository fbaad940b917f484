"""The hot route: JSON rows or columns in, predictions out, in TensorFlow Serving's shapes.

A bare ASGI endpoint, because FastAPI's machinery around a route costs about 110 µs where the
validation itself takes 2 µs; its place in the OpenAPI document is written by `openapi`.
"""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mooring.contract.columns import Columns
from mooring.gateway.hop.served import Served
from mooring.gateway.predictor import Predicted, Predictor
from mooring.gateway.protocols.asking import body_of, call_of, check_media_type, check_method
from mooring.gateway.schema import Shape
from mooring.gateway.template import TemplateRoute

# How the member is called that holds the predictions.
_ANSWERED: dict[Shape, str] = {"rows": "predictions", "columns": "outputs"}


class Predict:
    """`POST …:predict` for every model, by name, by version or by label."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    def routes(self) -> list[TemplateRoute]:
        """The paths that lead here. They match every method, so that a wrong one is told so."""
        stem = "/v1/models/{model}"
        endings = ("", "/versions/{version}", "/labels/{label}")
        return [TemplateRoute(f"{stem}{ending}:predict", self) for ending in endings]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        check_method(request, "POST")
        call = call_of(request, "native")
        self._predictor.expect(call)
        check_media_type(request)
        body = await body_of(request)
        asked = _Asked(body)
        return _response(await self._predictor.predict(call, asked.parse), asked.shape)


class _Asked:
    """A body, and once it was parsed the shape that it turned out to have."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.shape: Shape = "rows"

    def parse(self, served: Served) -> Columns:
        columns, self.shape = served.schema.read(self._body)
        return columns


def _response(predicted: Predicted, shape: Shape) -> Response:
    served = predicted.served
    answer = {
        _ANSWERED[shape]: predicted.values.tolist(),
        "model": {
            "name": served.contract.name,
            "version": served.target.version,
            "digest": served.target.bundle,
        },
        "prediction_ids": predicted.ids,
    }
    return Response(orjson.dumps(answer), media_type="application/json")
