"""What comes too late never reaches the model; the service's own clock is turned by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import ASGIApp

from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_of
from mooring.contract.request import RequestSchema
from mooring.contract.wire import CONTENT_TYPE, DEADLINE_HEADER, encode_columns
from mooring.serving.app import create_app
from mooring.serving.guard import Guard
from mooring.serving.replica import Replica

Call = Callable[..., Any]


@dataclass
class Clock:
    """Shows, one after another, what it was told to: arrival, then the look before the model."""

    shown: Iterator[float] = field(default_factory=lambda: iter((100.0, 100.0)))

    def __call__(self) -> float:
        return next(self.shown)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(replica: Replica, clock: Clock) -> ASGIApp:
    return Guard(create_app(replica, clock), replica, clock)


@pytest.fixture
def ask(app: ASGIApp, call: Call, bundle: Bundle) -> Callable[[dict[str, str]], Any]:
    contract = bundle.contract
    rows = RequestSchema(contract).check_all([samples_of(bundle)[0].instance])
    headers = {"content-type": CONTENT_TYPE, "mooring-contract": contract.digest}
    body = encode_columns(contract, rows)
    return lambda more: call(app, "POST", "/columns", headers | more, [body])


def counted(replica: Replica, metric: str) -> float:
    lines = replica.metrics.exposition().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(metric))


@pytest.mark.parametrize(
    ("left", "waited", "status"),
    [
        pytest.param({}, 3_600.0, 200, id="a sender that says nothing waits for ever"),
        pytest.param({DEADLINE_HEADER: "250"}, 0.2, 200, id="in time"),
        pytest.param({DEADLINE_HEADER: "250"}, 0.25, 504, id="too late"),
        pytest.param({DEADLINE_HEADER: "0"}, 0.0, 504, id="too late from the beginning"),
    ],
)
def test_a_request_is_worked_on_while_its_sender_waits(
    ask: Call, clock: Clock, replica: Replica, left: dict[str, str], waited: float, status: int
) -> None:
    clock.shown = iter((100.0, 100.0 + waited))
    assert ask(left).status == status
    late = status == 504
    assert counted(replica, "mooring_service_expired_total") == (1.0 if late else 0.0)
    # The counter of the model itself: it was not asked.
    assert counted(replica, "mooring_service_inference_seconds_count") == (0.0 if late else 1.0)


@pytest.mark.parametrize("said", ["-1", "1.5", "soon", "9999999999", ""])
def test_nonsense_is_refused_and_not_repeated(ask: Call, replica: Replica, said: str) -> None:
    answer = ask({DEADLINE_HEADER: said})
    assert answer.status == 400
    assert DEADLINE_HEADER.encode() in answer.body
    assert not said or said.encode() not in answer.body
    assert counted(replica, "mooring_service_inference_seconds_count") == 0.0
