from __future__ import annotations

import asyncio
import json

import pytest
from prometheus_client import CollectorRegistry
from starlette.types import Message, Receive, Scope, Send

from mooring.gateway.metrics import CountRequests
from mooring.telemetry.binding import bind
from mooring.telemetry.requests import GATEWAY_REQUESTS

START: Message = {"type": "http.response.start", "status": 200, "headers": []}


async def fails_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    raise KeyError("canary")


async def fails_in_the_middle(scope: Scope, receive: Receive, send: Send) -> None:
    await send(START)
    raise KeyError("canary")


def called(app: CountRequests, method: str = "GET") -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(app({"type": "http", "method": method, "headers": []}, receive, send))
    return sent


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def counted(registry: CollectorRegistry, method: str, code: str) -> float | None:
    labels = {"route": "unmatched", "method": method, "code": code}
    return registry.get_sample_value("mooring_gateway_requests_total", labels)


def test_an_error_that_nobody_answered_is_a_500_without_its_text(
    registry: CollectorRegistry,
) -> None:
    start, body = called(CountRequests(fails_at_once, bind([GATEWAY_REQUESTS], registry)))
    assert start["status"] == json.loads(body["body"])["status"] == 500
    assert b"canary" not in body["body"]
    assert counted(registry, "GET", "5xx") == 1.0


def test_an_error_after_the_answer_began_adds_nothing_to_it(registry: CollectorRegistry) -> None:
    sent = called(CountRequests(fails_in_the_middle, bind([GATEWAY_REQUESTS], registry)))
    assert sent == [START]


def test_a_made_up_method_is_counted_as_other(registry: CollectorRegistry) -> None:
    called(CountRequests(fails_at_once, bind([GATEWAY_REQUESTS], registry)), "BREW")
    assert counted(registry, "other", "5xx") == 1.0
