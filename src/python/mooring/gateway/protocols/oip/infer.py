"""`POST /v2/models/{model}[/versions/{version}]/infer`: tensors in, tensors out.

A bare ASGI endpoint like `:predict`; its place in the OpenAPI document is written by `openapi`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mooring.contract.columns import Columns
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidRows, Violation
from mooring.gateway.hop.served import Served
from mooring.gateway.predictor import Predicted, Predictor
from mooring.gateway.protocols.asking import body_of, call_of, check_encoding, check_method
from mooring.gateway.protocols.oip.binary import encode
from mooring.gateway.protocols.oip.datatypes import Datatype
from mooring.gateway.protocols.oip.request import (
    InferBody,
    InferRequest,
    OutputParameters,
    read_body,
)
from mooring.gateway.protocols.oip.tensors import read_tensors
from mooring.gateway.template import TemplateRoute

HEADER_LENGTH = "Inference-Header-Content-Length"
# The names that a prediction goes by later; a tensor, since the protocol's parameters are scalars.
IDS = "prediction_id"


class Infer:
    """Inference for every model, by name or by version."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    def routes(self) -> list[TemplateRoute]:
        """The paths that lead here. They match every method, so that a wrong one is told so."""
        stem = "/v2/models/{model}"
        endings = ("", "/versions/{version}")
        return [TemplateRoute(f"{stem}{ending}/infer", self) for ending in endings]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        check_method(request, "POST")
        call = call_of(request, "oip")
        self._predictor.expect(call)
        length = request.headers.get(HEADER_LENGTH)
        check_encoding(request, *_declared(length))
        asked = _Asked(read_body(await body_of(request), length))
        return asked.answer(await self._predictor.predict(call, asked.parse))


def _declared(length: str | None) -> tuple[str, ...]:
    """How a body may be declared; the empty type because Triton's own client declares nothing."""
    return ("application/json", "") if length is None else ("application/octet-stream", "")


@dataclass(frozen=True)
class _Asked:
    """One request on its way to its answer."""

    body: InferBody

    def parse(self, served: Served) -> Columns:
        _check(self.body.request, served.contract)
        return read_tensors(self.body, served.schema)

    def answer(self, predicted: Predicted) -> Response:
        """The tensors that were asked for, as JSON or as bytes behind it."""
        heads: list[dict[str, Any]] = []
        binary: list[bytes] = []
        for output, in_bytes in self._wanted(predicted):
            if in_bytes:
                binary.append(encode(output.datatype, output.values))
                heads.append(output.head | {"parameters": {"binary_data_size": len(binary[-1])}})
            else:
                heads.append(output.head | {"data": output.values})
        return _response(self._document(predicted.served, heads), binary)

    def _wanted(self, predicted: Predicted) -> Iterable[tuple[_Output, bool]]:
        outputs = _outputs(predicted)
        default = self.body.request.parameters.binary_data_output
        if not self.body.request.outputs:
            return [(output, default) for output in outputs.values()]
        return [
            (outputs[each.name], _in_bytes(each.parameters, default))
            for each in self.body.request.outputs
        ]

    def _document(self, served: Served, outputs: list[dict[str, Any]]) -> dict[str, Any]:
        identity = {"id": self.body.request.id} if self.body.request.id else {}
        return {
            "model_name": served.contract.name,
            "model_version": str(served.target.version),
            **identity,
            "parameters": {"bundle": served.target.bundle},
            "outputs": outputs,
        }


@dataclass(frozen=True)
class _Output:
    name: str
    datatype: Datatype
    values: list[Any]

    @property
    def head(self) -> dict[str, Any]:
        return {"name": self.name, "shape": [len(self.values)], "datatype": self.datatype}


def _in_bytes(parameters: OutputParameters, default: bool) -> bool:
    said = "binary_data" in parameters.model_fields_set
    return parameters.binary_data if said else default


def _outputs(predicted: Predicted) -> Mapping[str, _Output]:
    name = predicted.served.contract.prediction.name
    outputs = {name: _Output(name, "FP64", predicted.values.tolist())}
    # A prediction of that very name is what was asked for.
    outputs.setdefault(IDS, _Output(IDS, "BYTES", predicted.ids))
    return outputs


def _check(request: InferRequest, contract: Contract) -> None:
    """What can only be judged once the contract is known, apart from the tensors."""
    faults: list[Violation] = []
    if request.model_name not in ("", contract.name):
        faults.append(Violation("model_name", "model", "the path names another model"))
    names = (contract.prediction.name, IDS)
    for position, output in enumerate(request.outputs):
        if output.name not in names:
            path = f"outputs[{position}].name"
            faults.append(Violation(path, "output", f"the outputs are {' and '.join(names)}"))
    if len({output.name for output in request.outputs}) != len(request.outputs):
        faults.append(Violation("outputs", "repeated", "each output is asked for once"))
    if faults:
        raise InvalidRows(faults)


def _response(document: dict[str, Any], binary: list[bytes]) -> Response:
    head = orjson.dumps(document)
    if not binary:
        return Response(head, media_type="application/json")
    headers = {HEADER_LENGTH: str(len(head))}
    body = b"".join((head, *binary))
    return Response(body, headers=headers, media_type="application/octet-stream")
