"""The routes that predict, as OpenAPI: typed for each model by its contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mooring.contract.contract import Contract
from mooring.contract.feature import Feature
from mooring.gateway.answers import PROBLEM_CONTENT
from mooring.gateway.hop.deadline import PATIENCE_HEADER
from mooring.gateway.hop.served import Served
from mooring.gateway.protocols.event_time import EVENT_TIME_HEADER
from mooring.gateway.protocols.oip.datatypes import carriers
from mooring.gateway.protocols.oip.infer import HEADER_LENGTH, IDS
from mooring.gateway.schema import PredictSchema

Document = dict[str, Any]

REF = "#/components/schemas/"

_REFUSALS = {
    "400": "The body is malformed",
    "401": "Say who you are, where keys are asked for",
    "403": "The key, or whoever asks without one, may not do that",
    "404": "That version or label is not served",
    "413": "The body is too large",
    "415": "The body is not declared as what is read here",
    "429": "Too many requests; see Retry-After",
    "422": "The rows break the contract; each fault has its path",
    "502": "The model service failed",
    "503": "The model is not ready; see Retry-After",
    "504": "The model service took too long",
}

_HEADERS: tuple[Document, ...] = (
    {
        "name": PATIENCE_HEADER,
        "in": "header",
        "description": "Milliseconds that the caller will wait for the answer.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,9}$", "example": "1000"},
    },
    {
        "name": "Mooring-Key",
        "in": "header",
        "description": "While there are two versions, one key stays with one of them.",
        "schema": {"type": "string", "example": "customer-7"},
    },
    {
        "name": EVENT_TIME_HEADER,
        "in": "header",
        "description": "When the rows came to be, if not now; only operators may say so.",
        "schema": {"type": "string", "format": "date-time", "example": "2013-04-01T12:00:00Z"},
    },
)

_BYTES = (
    "Tensors may also follow the JSON as bytes: the binary tensor extension, with Content-Type "
    "application/octet-stream and Inference-Header-Content-Length."
)


@dataclass(frozen=True)
class Offer:
    """What one model is asked with, and by which versions and labels."""

    served: Served
    versions: Sequence[str]
    labels: Sequence[str]

    @property
    def contract(self) -> Contract:
        """The contract of all of them."""
        return self.served.contract


def paths_of(offer: Offer) -> Document:
    """All paths that predict with one model."""
    name = offer.contract.name
    by_version, by_label = _parameter("version", offer.versions), _parameter("label", offer.labels)
    predict, infer = f"/v1/models/{name}", f"/v2/models/{name}"
    return {
        f"{predict}:predict": {"post": _predict(offer, "")},
        f"{predict}/versions/{{version}}:predict": {
            "post": _predict(offer, "_version", by_version)
        },
        f"{predict}/labels/{{label}}:predict": {"post": _predict(offer, "_label", by_label)},
        f"{infer}/infer": {"post": _infer(offer, "")},
        f"{infer}/versions/{{version}}/infer": {"post": _infer(offer, "_version", by_version)},
    }


def infer_schema(contract: Contract) -> Document:
    """An inference request: a tensor for each feature, those that may be left out included."""
    needed = sum(feature.required for feature in contract.features)
    tensors = [{"$ref": f"{REF}{tensor_name(contract, f)}"} for f in contract.features]
    name = {"type": "string", "enum": [contract.prediction.name, IDS]}
    output = _object({"name": name, "parameters": _switch("binary_data")}, ["name"])
    members = {
        "id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{0,64}$"},
        "model_name": {"type": "string", "enum": [contract.name]},
        "parameters": _switch("binary_data_output"),
        "inputs": {
            "type": "array",
            "minItems": max(needed, 1),
            "maxItems": len(contract.features),
            "items": {"oneOf": tensors},
        },
        "outputs": {"type": "array", "maxItems": 2, "uniqueItems": True, "items": output},
    }
    return _object(members, ["inputs"])


def tensor_name(contract: Contract, feature: Feature) -> str:
    """The name of a tensor's schema."""
    return f"{contract.name}.tensor.{feature.name}"


def tensor_schema(contract: Contract, feature: Feature, column: Mapping[str, Any]) -> Document:
    """One feature's tensor; `column` is the schema of the list of its values."""
    rows = {"type": "integer", "minimum": 1, "maximum": contract.limits.rows}
    members = {
        "name": {"type": "string", "enum": [feature.name]},
        "shape": {"type": "array", "minItems": 1, "maxItems": 1, "items": rows},
        "datatype": {"type": "string", "enum": [carriers(feature)[0]]},
        "data": {key: column[key] for key in ("type", "items", "minItems", "maxItems")},
    }
    return _object(members, list(members))


def infer_example(contract: Contract) -> Document:
    """A request of one row that the contract accepts."""
    inputs = [
        {"name": f.name, "shape": [1], "datatype": carriers(f)[0], "data": [f.example]}
        for f in contract.features
    ]
    return {"id": "example", "inputs": inputs}


def _predict(offer: Offer, suffix: str, *parameters: Document) -> Document:
    name, schema = offer.contract.name, offer.served.schema
    shapes = [{"$ref": f"{REF}{name}.rows"}, {"$ref": f"{REF}{name}.columns"}]
    answers = [{"$ref": f"{REF}Predictions"}, {"$ref": f"{REF}Outputs"}]
    return {
        "tags": ["predictions"],
        "operationId": f"predict{suffix}_{name}",
        "summary": f"Predict with {name}",
        "description": offer.contract.description,
        "parameters": [*parameters, *_HEADERS],
        "requestBody": _body({"oneOf": shapes}, _examples(schema)),
        "responses": _responses("Predictions", {"oneOf": answers}),
    }


def _infer(offer: Offer, suffix: str, *parameters: Document) -> Document:
    contract = offer.contract
    example = {"row": {"value": infer_example(contract)}}
    return {
        "tags": ["open inference protocol"],
        "operationId": f"infer{suffix}_{contract.name}",
        "summary": f"Infer with {contract.name}",
        "description": f"{contract.description}\n\n{_BYTES}".strip(),
        "parameters": [*parameters, *_HEADERS],
        "requestBody": _body({"$ref": f"{REF}{contract.name}.infer"}, example),
        "responses": _in_bytes_too(_responses("Tensors", {"$ref": f"{REF}Inference"})),
    }


def _examples(schema: PredictSchema) -> Document:
    return {
        "rows": {"value": {"instances": [schema.example]}},
        "columns": {"value": schema.table_example},
    }


def _body(schema: Document, examples: Document) -> Document:
    content = {"application/json": {"schema": schema, "examples": examples}}
    return {"required": True, "content": content}


def _responses(description: str, schema: Document) -> Document:
    refusals = {
        status: {"description": text, "content": PROBLEM_CONTENT}
        for status, text in _REFUSALS.items()
    }
    answered = {"description": description, "content": {"application/json": {"schema": schema}}}
    return {
        "200": answered,
        **refusals,
        "default": {"description": "Whatever goes wrong", "content": PROBLEM_CONTENT},
    }


def _in_bytes_too(responses: Document) -> Document:
    """What an answer is whose tensors follow its JSON as bytes."""
    length = {
        "description": "How many bytes of the body are JSON; absent where all are.",
        "schema": {"type": "integer", "minimum": 1},
    }
    answered = responses["200"]
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    answered["content"] |= content
    answered["headers"] = {HEADER_LENGTH: length}
    return responses


def _parameter(name: str, values: Sequence[str]) -> Document:
    schema = {"type": "string", "enum": list(values)}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _switch(name: str) -> Document:
    return {"type": "object", "properties": {name: {"type": "boolean"}}}


def _object(members: Document, required: list[str]) -> Document:
    return {
        "type": "object",
        "properties": members,
        "required": required,
        "additionalProperties": False,
    }
