"""The OpenAPI document: one typed path for each model, made from its contract as it is known now.

In OpenAPI 3.0, because the Swagger UI that is bundled as a package (4.15) does not read 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from mooring.gateway.answers import Outputs, Predictions, Problem
from mooring.gateway.openapi_3_0 import as_openapi_3_0
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

    def __init__(self, app: FastAPI, models: Models) -> None:
        self._app = app
        self._models = models
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
        for answer in (Predictions, Outputs, Inference, Problem):
            _add(document["components"]["schemas"], answer.__name__, answer)
        for offer in offers:
            _add_schemas(document["components"]["schemas"], offer)
            document["paths"] = paths_of(offer) | document["paths"]
        _name_models(document, [model.name for model in self._models])
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


def _add(schemas: Document, name: str, model: type[BaseModel], prefix: str = "") -> None:
    """Add a schema and what it refers to; `prefix` keeps equal names of two models apart."""
    template = f"{REF}{prefix}{{model}}"
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
