"""The OpenAPI document: one typed path for each model, made from its contract as it is known now.

In OpenAPI 3.0, because the Swagger UI that is bundled as a package (4.15) does not read 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from mooring.contract.routing import Role
from mooring.gateway.answers import Outputs, Predictions, Problem, Taken
from mooring.gateway.auth.needs import OPEN
from mooring.gateway.openapi_3_0 import as_openapi_3_0
from mooring.gateway.openapi_feedback import feedback_paths, feedback_schema
from mooring.gateway.openapi_models import (
    REF,
    Document,
    Offer,
    infer_schema,
    paths_of,
    tensor_name,
    tensor_schema,
)
from mooring.gateway.protocols.oip.answers import Inference
from mooring.gateway.traffic.models import Model, Models


class OpenApi:
    """The document of one app; written again only when another contract has been learned."""

    def __init__(self, app: FastAPI, models: Models, *, secured: bool) -> None:
        self._app = app
        self._models = models
        self._secured = secured
        self._written: tuple[list[list[str]], bytes] | None = None

    def document(self) -> bytes:
        """The document as JSON; a model whose contract is not known yet is left out."""
        offers = [offer for model in self._models if (offer := _offer(model)) is not None]
        known = [[o.contract.name, o.served.digest, *o.versions, *o.labels] for o in offers]
        if self._written is None or self._written[0] != known:
            self._written = (known, orjson.dumps(self._write(offers)))
        return self._written[1]

    def _write(self, offers: Sequence[Offer]) -> Document:
        document = get_openapi(
            title="Mooring gateway",
            version="1",
            description="Predictions of the models that are served here.",
            routes=self._app.routes,
        )
        for answer in (Predictions, Outputs, Inference, Taken, Problem):
            _add(document["components"]["schemas"], answer.__name__, answer)
        for offer in offers:
            _add_schemas(document["components"]["schemas"], offer)
            predicting = paths_of(offer) | feedback_paths(offer.contract)
            document["paths"] = predicting | document["paths"]
        _narrow(document, [model.name for model in self._models])
        if self._secured:
            _ask_for_keys(document)
        return as_openapi_3_0(document)


def _offer(model: Model) -> Offer | None:
    """What can be asked of a model: the variants that keep the champion's contract."""
    served = model.champion.known
    if served is None:
        return None
    alike = [v for v in model.variants if v.known is not None and v.known.digest == served.digest]
    return Offer(served, [str(v.target.version) for v in alike], [v.role for v in alike])


def _add_schemas(schemas: Document, offer: Offer) -> None:
    contract, schema = offer.contract, offer.served.schema
    prefix = f"{contract.name}."
    _add(schemas, f"{prefix}rows", schema.body, prefix)
    _add(schemas, f"{prefix}columns", schema.table_body, prefix)
    columns = schemas[f"{prefix}Table"]["properties"]
    for feature in contract.features:
        tensor = tensor_schema(contract, feature, columns[feature.name])
        schemas[tensor_name(contract, feature)] = tensor
    schemas[f"{prefix}infer"] = infer_schema(contract)
    schemas[f"{prefix}feedback"] = feedback_schema(contract)


def _add(schemas: Document, name: str, model: type[BaseModel], prefix: str = "") -> None:
    """Add a schema and what it refers to; `prefix` keeps equal names of two models apart."""
    template = f"{REF}{prefix}{{model}}"
    schema = model.model_json_schema(mode="serialization", ref_template=template)
    for part, definition in schema.pop("$defs", {}).items():
        schemas[f"{prefix}{part}"] = definition
    schemas[name] = schema


def _narrow(document: Document, names: list[str]) -> None:
    """Say what a path's parameters may be, wherever one asks for a model, a version or a label."""
    known = {
        "model": {"enum": names},
        "version": {"pattern": "^[0-9]{1,9}$"},
        "label": {"enum": list(get_args(Role))},
    }
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                # What a model's own paths say of them is narrower.
                if parameter["in"] == "path" and "enum" not in parameter["schema"]:
                    parameter["schema"] |= known[parameter["name"]]


def _ask_for_keys(document: Document) -> None:
    """Say how to show a key, and which paths need none."""
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    document["security"] = [{"bearer": []}, {"key": []}]
    for path in OPEN & document["paths"].keys():
        for operation in document["paths"][path].values():
            operation["security"] = []
