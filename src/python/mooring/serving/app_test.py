from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.types import ASGIApp

from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_of
from mooring.contract.columns import Columns, rows_in
from mooring.contract.request import RequestSchema
from mooring.contract.wire import CONTENT_TYPE, decode_predictions, encode_columns
from mooring.serving.app import create_app
from mooring.serving.guard import Guard
from mooring.serving.replica import Replica, Served

Call = Callable[..., Any]


@pytest.fixture
def app(replica: Replica) -> ASGIApp:
    return Guard(create_app(replica), replica)


@pytest.fixture
def headers(bundle: Bundle) -> dict[str, str]:
    return {"content-type": CONTENT_TYPE, "mooring-contract": bundle.contract.digest}


def _body(bundle: Bundle, rows: Sequence[dict[str, Any]]) -> bytes:
    return encode_columns(bundle.contract, RequestSchema(bundle.contract).check_all(rows))


def test_columns_are_answered_as_training_recorded(
    app: ASGIApp, call: Call, bundle: Bundle, headers: dict[str, str]
) -> None:
    samples = samples_of(bundle)
    answer = call(app, "POST", "/columns", headers, [_body(bundle, [s.instance for s in samples])])
    predictions = decode_predictions(answer.body, rows=len(samples))
    assert answer.status == 200
    assert predictions == pytest.approx([s.prediction for s in samples], abs=1e-5)


def test_every_answer_says_which_model_gave_it(
    app: ASGIApp, call: Call, bundle: Bundle, headers: dict[str, str]
) -> None:
    body = _body(bundle, [samples_of(bundle)[0].instance])
    expected = {
        "mooring-model": "tiny",
        "mooring-version": "3",
        "mooring-bundle": bundle.id,
        "mooring-contract": bundle.contract.digest,
    }
    for answer in (
        call(app, "POST", "/columns", headers, [body]),
        call(app, "POST", "/columns", headers, [body[:-1]]),
        call(app, "GET", "/contract.json"),
    ):
        assert expected.items() <= answer.headers.items()


def test_the_contract_is_served_byte_for_byte(app: ASGIApp, call: Call, bundle: Bundle) -> None:
    answer = call(app, "GET", "/contract.json")
    assert (answer.status, answer.body) == (200, bundle.files["contract.json"])


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_cut_body_is_a_bad_request(
    app: ASGIApp, call: Call, bundle: Bundle, headers: dict[str, str], cut: int
) -> None:
    body = _body(bundle, [s.instance for s in samples_of(bundle)])
    answer = call(app, "POST", "/columns", headers, [body[:-cut]])
    assert answer.status == 400
    assert json.loads(answer.body)["detail"].startswith("columnar body:")


@pytest.mark.parametrize("digest", [{"mooring-contract": "0" * 64}, {}])
def test_columns_of_another_contract_conflict(
    app: ASGIApp, call: Call, bundle: Bundle, headers: dict[str, str], digest: dict[str, str]
) -> None:
    del headers["mooring-contract"]
    body = _body(bundle, [samples_of(bundle)[0].instance])
    assert call(app, "POST", "/columns", headers | digest, [body]).status == 409


def test_more_rows_than_the_contract_allows_are_refused_by_their_size(
    app: ASGIApp, call: Call, bundle: Bundle, headers: dict[str, str]
) -> None:
    rows = [samples_of(bundle)[0].instance] * (bundle.contract.limits.rows + 1)
    assert call(app, "POST", "/columns", headers, [_body(bundle, rows)]).status == 413


@dataclass(frozen=True)
class Constant:
    """A runtime that always answers the same: a model gone wrong."""

    answer: float
    extra: int = 0

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        return np.full(rows_in(columns) + self.extra, self.answer)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Constant(float("nan")), id="NaN"),
        pytest.param(Constant(float("inf")), id="infinity"),
        pytest.param(Constant(0.5, extra=1), id="one prediction too many"),
    ],
)
def test_what_is_no_prediction_is_never_passed_on(
    app: ASGIApp, call: Call, bundle: Bundle, headers: dict[str, str], replica: Replica,
    broken: Constant,
) -> None:  # fmt: skip
    model = replace(replica.served.model, model=broken)
    replica.serve(Served(model, 4), 0.1)
    body = _body(bundle, [samples_of(bundle)[0].instance])
    answer = call(app, "POST", "/columns", headers, [body])
    assert (answer.status, answer.headers["mooring-version"]) == (500, "4")
    assert b"mooring_service_predictions_total" in call(app, "GET", "/metrics").body


def test_rows_and_batches_are_counted(
    app: ASGIApp, call: Call, bundle: Bundle, headers: dict[str, str]
) -> None:
    rows = [s.instance for s in samples_of(bundle)]
    for batch in (rows[:3], rows[3:]):
        call(app, "POST", "/columns", headers, [_body(bundle, batch)])
    lines = call(app, "GET", "/metrics").body.decode().splitlines()
    labels = '{model="tiny",version="3"}'
    assert f"mooring_service_predictions_total{labels} {float(len(rows))}" in lines
    assert f"mooring_service_inference_seconds_count{labels} 2.0" in lines
    assert f"mooring_service_bundle_load_seconds{labels} 0.5" in lines
    assert any(line.startswith("process_resident_memory_bytes") for line in lines)
    assert not any("_created" in line for line in lines)


def test_an_unready_service_still_exposes_its_metrics(call: Call) -> None:
    replica = Replica("tiny")
    answer = call(create_app(replica), "GET", "/metrics")
    assert answer.status == 200
    assert b"mooring_model_info{" not in answer.body
    assert call(create_app(replica), "GET", "/contract.json").status == 503
