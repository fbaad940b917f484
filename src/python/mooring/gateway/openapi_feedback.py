"""The route that takes labels, as OpenAPI: typed for each model by what it predicts."""

from __future__ import annotations

from typing import Any

from mooring.contract.contract import Contract, Prediction
from mooring.gateway.answers import PROBLEM_CONTENT
from mooring.gateway.capture.labels import MOST_LABELS

Document = dict[str, Any]

_ID = "0" * 57 + "-0"
_MOMENT = "2013-04-01T12:00:00Z"

_REFUSALS = {
    "400": "The body is malformed",
    "403": "Not the caller's own predictions, or not from here",
    "404": "No log is kept",
    "422": "The labels cannot be used; each fault has its path",
    "429": "Too many labels; see Retry-After",
    "503": "The labels were not kept; see Retry-After",
    "default": "Whatever goes wrong",
}


def feedback_paths(contract: Contract) -> Document:
    """The path that takes labels of one model's predictions."""
    operation = {
        "tags": ["feedback"],
        "operationId": f"feedback_{contract.name}",
        "summary": f"Say what became of predictions of {contract.name}",
        "requestBody": {"required": True, "content": {"application/json": _body(contract)}},
        "responses": _responses(),
    }
    return {f"/v1/models/{contract.name}:feedback": {"post": operation}}


def _body(contract: Contract) -> Document:
    label, example = _label(contract.prediction)
    members = {
        "prediction_id": {
            "type": "string",
            "pattern": "^[0-9a-f]{57}-(0|[1-9][0-9]{0,5})$",
            "description": "As it came with the prediction.",
        },
        "label": label,
        "observed_at": {"type": "string", "format": "date-time"},
    }
    item = _closed(members)
    labels = {"type": "array", "minItems": 1, "maxItems": MOST_LABELS, "items": item}
    outcome = {"prediction_id": _ID, "label": example, "observed_at": _MOMENT}
    return {
        "schema": _closed({"labels": labels}),
        "examples": {"label": {"value": {"labels": [outcome]}}},
    }


def _label(prediction: Prediction) -> tuple[Document, Any]:
    """What a label may be, and an example of one."""
    if prediction.kind == "number":
        return {"type": "number"}, 1.5
    whether = [{"type": "boolean"}, {"type": "number", "enum": [0, 1]}]
    return {"anyOf": whether, "description": "Whether what was predicted came to be."}, True


def _responses() -> Document:
    counts = ("accepted", "duplicates", "conflicts")
    members = {"model": {"type": "string"}} | {name: {"type": "integer"} for name in counts}
    kept = {"application/json": {"schema": _closed(members)}}
    refused = {
        status: {"description": text, "content": PROBLEM_CONTENT}
        for status, text in _REFUSALS.items()
    }
    return {"200": {"description": "What was kept", "content": kept}, **refused}


def _closed(members: Document) -> Document:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }
