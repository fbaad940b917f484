"""What JSON Schema cannot say of a request, made good before schemathesis sends it.

All columns of a table have one length, and so have all tensors; a tensor's shape is that length;
each feature has one tensor, and each output is asked for once; the id of a prediction names a row
that its request had. Nor can it say that somebody who waits for a millisecond may be answered 504.
A request that is meant to be wrong is sent as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import schemathesis  # type: ignore[import-not-found,unused-ignore]

PATIENCE = "X-Request-Deadline-Ms"
LONG_ENOUGH = "30000"
# Of no prediction, but as an id is made.
PREDICTION_ID = "0" * 57 + "-0"


@schemathesis.hook  # type: ignore[misc,untyped-decorator,unused-ignore]
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Called with each request."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and PATIENCE in case.headers:
        case.headers[PATIENCE] = LONG_ENOUGH
    if isinstance(case.body, dict):
        case.body = _mended(case.body, case.operation.definition.raw)


def _mended(body: dict[str, Any], operation: Any) -> dict[str, Any]:
    inputs, changed = body.get("inputs"), dict(body)
    if isinstance(inputs, dict):
        changed["inputs"] = _even(inputs)
    if isinstance(inputs, list):
        changed["inputs"] = _one_each(inputs, _example(operation)["inputs"])
    if "labels" in body:
        changed["labels"] = [{**each, "prediction_id": PREDICTION_ID} for each in body["labels"]]
    if "outputs" in body:
        changed["outputs"] = list(_by_name(body["outputs"]).values())
    return changed


def _even(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    rows = min(len(column) for column in columns.values())
    return {name: column[:rows] for name, column in columns.items()}


def _one_each(tensors: Sequence[Any], example: Sequence[Any]) -> list[Any]:
    """A tensor for each feature, out of the example where none was made."""
    tensor = _by_name(example) | _by_name(tensors)
    columns = _even({name: each["data"] for name, each in tensor.items()})
    return [{**tensor[n], "shape": [len(data)], "data": data} for n, data in columns.items()]


def _by_name(items: Sequence[Any]) -> dict[str, Any]:
    return {item["name"]: item for item in items}


def _example(operation: Any) -> dict[str, Any]:
    content = operation["requestBody"]["content"]["application/json"]
    example: dict[str, Any] = content["examples"]["row"]["value"]
    return example
