"""The OpenAPI document: one typed path for each model, made from its contract as it is known now.

In OpenAPI 3.0, because the Swagger UI that is bundled as a package (4.15) does not read 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from mooring.contract.request import RequestSchema
from mooring.gateway.answers import PROBLEM_CONTENT, Predictions, Problem
from mooring.gateway.hop.served import Served
from mooring.gateway.openapi_3_0 import as_openapi_3_0
from mooring.gateway.traffic.models import Models

Document = dict[str, Any]

_REF = "#/components/schemas/"

_REFUSALS = {
    "400": "The body is not JSON",
    "413": "The body is too large",
    "415": "The body is not declared as JSON",
    "422": "The rows break the contract; each fault has its path",
    "502": "The model service failed",
    "503": "The model is not ready; see Retry-After",
    "504": "The model service took too long",
}


class OpenApi:
    """The document of one app; written again only when another contract has been learned."""

    def __init__(self, app: FastAPI, models: Models) -> None:
        self._app = app
        self._models = models
        self._written: tuple[list[str], bytes] | None = None

    def document(self) -> bytes:
        """The document as JSON; a model whose contract is not known yet is left out."""
        known = [each.champion.known for each in self._models if each.champion.known is not None]
        digests = [served.digest for served in known]
        if self._written is None or self._written[0] != digests:
            self._written = (digests, orjson.dumps(self._write(known)))
        return self._written[1]

    def _write(self, known: Sequence[Served]) -> Document:
        document = get_openapi(
            title="Mooring gateway",
            version="1",
            description="Predictions of the models that are served here.",
            routes=self._app.routes,
        )
        for answer in (Predictions, Problem):
            _add(document["components"]["schemas"], answer.__name__, answer)
        for served in known:
            _add_model(document, served)
        _name_models(document, [model.name for model in self._models])
        return as_openapi_3_0(document)


def _add_model(document: Document, served: Served) -> None:
    name = served.contract.name
    _add(document["components"]["schemas"], f"{name}.request", served.schema.body, f"{name}.")
    predict = {f"/v1/models/{name}:predict": {"post": _operation(served)}}
    document["paths"] = predict | document["paths"]


def _operation(served: Served) -> Document:
    contract = served.contract
    refusals = {
        status: {"description": text, "content": PROBLEM_CONTENT}
        for status, text in _REFUSALS.items()
    }
    answered = {"application/json": {"schema": {"$ref": f"{_REF}Predictions"}}}
    return {
        "tags": ["predictions"],
        "operationId": f"predict_{contract.name}",
        "summary": f"Predict with {contract.name}",
        "description": contract.description,
        "requestBody": {"required": True, "content": _request(served.schema)},
        "responses": {"200": {"description": "Predictions", "content": answered}, **refusals},
    }


def _request(schema: RequestSchema) -> Document:
    reference = {"$ref": f"{_REF}{schema.contract.name}.request"}
    return {
        "application/json": {"schema": reference, "example": {"instances": [schema.example]}},
    }


def _add(schemas: Document, name: str, model: type[BaseModel], prefix: str = "") -> None:
    """Add a schema and what it refers to; `prefix` keeps equal names of two models apart."""
    template = f"{_REF}{prefix}{{model}}"
    schema = model.model_json_schema(mode="serialization", ref_template=template)
    for part, definition in schema.pop("$defs", {}).items():
        schemas[f"{prefix}{part}"] = definition
    schemas[name] = schema


def _name_models(document: Document, names: list[str]) -> None:
    """Offer the models that exist wherever a path asks for one."""
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "model":
                    parameter["schema"]["enum"] = names
