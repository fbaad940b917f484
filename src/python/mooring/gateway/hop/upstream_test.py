"""What the gateway does with a model service that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from mooring.contract import wire
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import BUNDLE, CONTRACT, ROW, VERSION
from mooring.gateway.testing.gateway import Answer, RunningGateway, gateway, until
from mooring.gateway.testing.upstream import Behaviour, FakeUpstream, upstream

# Long enough that within a test nothing is learned again unless something gives cause to.
SELDOM = Settings(port=0, learn_seconds=0.01, watch_seconds=60.0)
NUMBER = CONTRACT.model_copy(
    update={"prediction": CONTRACT.prediction.model_copy(update={"kind": "number"})}
)
CONTRACT_JSON = json.loads(CONTRACT.to_json())
# Nothing was executed, so it is asked once more.
ASKED_AGAIN = {"disconnected", "not_ready", "busy"}
GONE = [(503, "unreachable"), (502, "disconnected")]
HASTY = CONTRACT.model_copy(
    update={"limits": CONTRACT.limits.model_copy(update={"deadline_seconds": 0.2})}
)


@pytest.fixture
def served(service: FakeUpstream) -> Iterator[RunningGateway]:
    with gateway(service.url, SELDOM) as running:
        running.until_ready()
        yield running


def outcomes(served: RunningGateway, outcome: str) -> float:
    labels = {"model": "voyage_delay", "outcome": outcome}
    return served.counted("mooring_gateway_upstream_requests_total", **labels) or 0.0


def info(served: RunningGateway, digest: str) -> float | None:
    labels = {"model": "voyage_delay", "version": str(VERSION), "bundle": BUNDLE[:12]}
    return served.counted("mooring_model_info", **labels, contract=digest[:12])


def assert_problem(answer: Answer, status: int, reason: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status, answer.json["reason"]) == (status, reason)


def predictions(*values: float) -> bytes:
    return wire.encode_predictions(np.array(values))


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        pytest.param({"status": 500}, 502, "refused", id="it fails"),
        pytest.param({"status": 503}, 503, "not_ready", id="it has no model"),
        pytest.param({"status": 429}, 503, "busy", id="it is overloaded"),
        pytest.param({"status": 504}, 504, "timeout", id="it runs out of time"),
        pytest.param({"status": 409}, 503, "changed", id="it has another contract"),
        pytest.param({"status": 302}, 502, "refused", id="it redirects"),
        pytest.param({"bundle": "c" * 64}, 503, "changed", id="it has another bundle"),
        pytest.param({"version": 4}, 503, "changed", id="it has another version"),
        pytest.param({"hang_up": 2}, 502, "disconnected", id="it hangs up twice"),
        pytest.param({"answer": b""}, 502, "invalid", id="it answers nothing"),
        pytest.param({"answer": predictions(0.1, 0.2)}, 502, "invalid", id="a row too many"),
        pytest.param({"answer": predictions(float("nan"))}, 502, "invalid", id="it predicts NaN"),
        pytest.param({"answer": predictions(1.5)}, 502, "invalid", id="a probability above 1"),
        pytest.param({"answer": predictions(0.1)[:-1]}, 502, "invalid", id="a byte is missing"),
        pytest.param({"answer": bytes(8_388_609)}, 502, "invalid", id="an answer without end"),
    ],
)
def test_trouble_of_the_service_is_a_problem_with_a_reason(
    service: FakeUpstream,
    served: RunningGateway,
    behaviour: dict[str, Any],
    status: int,
    reason: str,
) -> None:
    for name, value in behaviour.items():
        setattr(service.behaviour, name, value)
    assert_problem(served.predict(ROW), status, reason)
    assert len(service.behaviour.asked) <= (2 if reason in ASKED_AGAIN else 1)
    assert outcomes(served, reason) == (2.0 if reason in ASKED_AGAIN else 1.0)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        pytest.param(250.0, 200, id="any number"),
        pytest.param(float("inf"), 502, id="but not an infinite one"),
    ],
)
def test_a_model_of_numbers_predicts(value: float, status: int) -> None:
    with upstream(Behaviour(contract=NUMBER)) as service, gateway(service.url) as served:
        served.until_ready()
        service.behaviour.answer = predictions(value)
        assert served.predict(ROW).status == status


def test_a_connection_that_breaks_before_the_answer_is_tried_once_more(
    service: FakeUpstream, served: RunningGateway
) -> None:
    service.behaviour.hang_up = 1
    assert served.predict(ROW).json["predictions"] == [0.07]
    assert (outcomes(served, "disconnected"), outcomes(served, "ok")) == (1.0, 1.0)


def test_a_service_that_goes_away_and_comes_back() -> None:
    with ExitStack() as stack:
        first = stack.enter_context(upstream())
        with gateway(first.url, SELDOM) as served:
            served.until_ready()
            assert served.predict(ROW).status == 200
            stack.close()
            answer = served.predict(ROW)
            assert (answer.status, answer.json["reason"]) in GONE
            served.until_ready(503)
            assert_problem(served.predict(ROW), 503, "not_ready")
            assert served.get("/v1/models/voyage_delay/contract").json == CONTRACT_JSON
            with upstream(port=first.port):
                served.until_ready()
                assert served.predict(ROW).status == 200


def test_the_deadline_of_the_contract_ends_a_request() -> None:
    with upstream(Behaviour(contract=HASTY)) as service, gateway(service.url, SELDOM) as served:
        served.until_ready()
        service.behaviour.proceed.clear()
        assert_problem(served.predict(ROW), 504, "timeout")
        assert outcomes(served, "timeout") == 1.0


def test_a_model_is_not_asked_before_its_service_is_ready() -> None:
    behaviour = Behaviour(ready=False)
    with upstream(behaviour) as service, gateway(service.url) as served:
        answer = served.predict(ROW)
        assert_problem(answer, 503, "not_ready")
        assert answer.headers["retry-after"] == "1"
        assert not behaviour.arrived.is_set()
        behaviour.ready = True
        served.until_ready()
        assert served.predict(ROW).status == 200


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"bundle": "c" * 64}, id="another bundle"),
        pytest.param({"version": 4}, id="another version"),
        pytest.param({"contract": CONTRACT.model_copy(update={"name": "x"})}, id="another model"),
    ],
)
def test_a_service_that_is_not_what_the_routing_names_is_never_ready(
    change: dict[str, Any],
) -> None:
    with upstream(Behaviour(**change)) as service, gateway(service.url) as served:
        reason = "its service says another Mooring-"
        until(
            lambda: served.get("/readyz").json["reasons"]["voyage_delay"],
            lambda found: found.startswith(reason),
        )
        assert_problem(served.predict(ROW), 503, "not_ready")


def test_trouble_makes_the_gateway_look_again_at_once(
    service: FakeUpstream, served: RunningGateway
) -> None:
    service.behaviour.bundle = "c" * 64
    served.predict(ROW)
    assert "voyage_delay" in served.until_ready(503).json["reasons"]
    service.behaviour.bundle = "b" * 64
    served.until_ready()
    assert served.predict(ROW).status == 200


def test_a_contract_that_changed_under_the_same_bundle_is_learned_again(
    service: FakeUpstream, served: RunningGateway
) -> None:
    service.behaviour.contract = HASTY
    assert_problem(served.predict(ROW), 503, "changed")
    served.until_ready()
    until(
        lambda: served.get("/v1/models/voyage_delay/contract").headers["mooring-contract"],
        lambda digest: digest == HASTY.digest,
    )
    assert served.predict(ROW).status == 200
    assert [info(served, contract.digest) for contract in (CONTRACT, HASTY)] == [None, 1.0]
