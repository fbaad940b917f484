from __future__ import annotations

import json

import pytest

from mooring.bundle.errors import GoldenMismatch
from mooring.contract.errors import InvalidRows, InvalidWire, MooringError, Violation
from mooring.serving.errors import (
    BodyTooLarge,
    ContractDiffers,
    InvalidPrediction,
    NotReady,
    UnsupportedBody,
)
from mooring.serving.problem import problem

WRONG = Violation("instances[0].hour", "int_type", "Input should be a valid integer")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(InvalidWire("cut"), 400, id="a damaged columnar body"),
        pytest.param(InvalidRows([WRONG], malformed=True), 400, id="a body that is not JSON"),
        pytest.param(InvalidRows([WRONG]), 422, id="rows that break the contract"),
        pytest.param(ContractDiffers("other"), 409, id="columns of another contract"),
        pytest.param(BodyTooLarge("big"), 413, id="a body too large"),
        pytest.param(UnsupportedBody("form"), 415, id="another content type"),
        pytest.param(NotReady("loading"), 503, id="no model"),
        pytest.param(InvalidPrediction("NaN"), 500, id="a model that answers nonsense"),
        pytest.param(GoldenMismatch("off"), 500, id="anything else is our fault"),
    ],
)
def test_each_error_has_its_status(error: MooringError, status: int) -> None:
    response = problem(error, {"Mooring-Model": "tiny"})
    document = json.loads(bytes(response.body))
    assert (response.status_code, document["status"]) == (status, status)
    assert document["detail"] == str(error)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["mooring-model"] == "tiny"


def test_broken_rows_are_told_by_path() -> None:
    document = json.loads(bytes(problem(InvalidRows([WRONG]), {}).body))
    assert document["errors"] == [
        {"path": WRONG.path, "kind": WRONG.kind, "message": WRONG.message}
    ]
