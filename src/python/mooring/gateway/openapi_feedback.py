"""The route of labels, as OpenAPI: what a label may be follows from the model's prediction."""

from __future__ import annotations

from typing import Any

from mooring.contract.contract import Contract, Prediction
from mooring.gateway.answers import PROBLEM_CONTENT
from mooring.gateway.capture.labels import MOMENT, MOST_LABELS
from mooring.gateway.prediction_ids import FORM

Document = dict[str, Any]

_REF = "#/components/schemas/"

_REFUSALS = {
    "400": "The body is malformed",
    "401": "Say who you are, where keys are asked for",
    "403": "Somebody else's predictions, or nobody's; none of the labels was kept",
    "404": "This gateway keeps no log",
    "413": "The body is too large",
    "415": "The body is not declared as JSON",
    "422": "The labels cannot be used; each fault has its path",
    "429": "Too many labels; see Retry-After",
    "503": "The labels were not kept; see Retry-After",
    "default": "Whatever goes wrong",
}


def feedback_paths(contract: Contract) -> Document:
    """The path on which labels of one model are taken."""
    refusals = {
        status: {"description": text, "content": PROBLEM_CONTENT}
        for status, text in _REFUSALS.items()
    }
    taken = {"application/json": {"schema": {"$ref": f"{_REF}Taken"}}}
    asked = {
        "schema": {"$ref": f"{_REF}{contract.name}.feedback"},
        "examples": {"label": {"value": {"labels": [_example(contract.prediction)]}}},
    }
    operation = {
        "tags": ["feedback"],
        "operationId": f"feedback_{contract.name}",
        "summary": f"Say what became of predictions of {contract.name}",
        "description": "From the key that asked for them, or from one with the scope labeler.",
        "requestBody": {"required": True, "content": {"application/json": asked}},
        "responses": {"200": {"description": "Labels", "content": taken}, **refusals},
    }
    return {f"/v1/models/{contract.name}:feedback": {"post": operation}}


def feedback_schema(contract: Contract) -> Document:
    """The body of such a request."""
    label = {
        "prediction_id": {"type": "string", "pattern": FORM},
        "label": _label(contract.prediction),
        "observed_at": {"type": "string", "format": "date-time", "pattern": MOMENT},
    }
    labels = {
        "type": "array", "minItems": 1, "maxItems": MOST_LABELS, "items": _object(label),
    }  # fmt: skip
    return _object({"labels": labels})


def _label(prediction: Prediction) -> Document:
    if prediction.kind == "number":
        return {"type": "number", "description": prediction.unit or ""}
    return {"oneOf": [{"type": "boolean"}, {"type": "integer", "enum": [0, 1]}]}


def _example(prediction: Prediction) -> Document:
    label = True if prediction.kind == "probability" else 1.5
    name = f"{'0' * 57}-0"
    return {"prediction_id": name, "label": label, "observed_at": "2013-04-01T12:00:00Z"}


def _object(members: Document) -> Document:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }
