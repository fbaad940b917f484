"""Coalescing in the real gateway: what callers see of it, and what the model service does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from mooring.gateway.hop.coalesce import SLOTS
from mooring.gateway.hop.turns import MOST_CALLS
from mooring.gateway.testing.contracts import CONTRACT, ROW
from mooring.gateway.testing.gateway import Answer, RunningGateway, gateway, until
from mooring.gateway.testing.upstream import Behaviour, FakeUpstream, upstream

CALLS = SLOTS * MOST_CALLS
HOURS = [ROW | {"hour": hour} for hour in range(24)]


@pytest.fixture
def service() -> Iterator[FakeUpstream]:
    """With time for a busy machine to bring all requests together before the first is too late."""
    limits = CONTRACT.limits.model_copy(update={"deadline_seconds": 60.0})
    with upstream(Behaviour(contract=CONTRACT.model_copy(update={"limits": limits}))) as service:
        yield service


@pytest.fixture
def served(service: FakeUpstream) -> Iterator[RunningGateway]:
    with gateway(service.url) as running:
        running.until_ready()
        yield running


@contextmanager
def held_up(service: FakeUpstream, served: RunningGateway) -> Iterator[ThreadPoolExecutor]:
    """As many calls as there may be are under way until the block ends: who asks in it waits."""
    with ThreadPoolExecutor(64) as pool:
        service.behaviour.proceed.clear()
        first = []
        for _ in range(CALLS):
            first.append(pool.submit(served.predict, ROW))
            until(lambda: service.behaviour.received == len(first), bool)
        yield pool
        service.behaviour.proceed.set()
        assert [each.result().status for each in first] == [200] * CALLS


def ask_all(
    pool: ThreadPoolExecutor,
    served: RunningGateway,
    requests: Sequence[Sequence[Mapping[str, Any]]],
) -> list[Future[Answer]]:
    """Ask in parallel, and come back when all of them wait in the gateway."""
    asked = [pool.submit(served.predict, *rows) for rows in requests]
    champion = served.ports.models["voyage_delay"].champion
    until(lambda: champion.waiting, lambda waiting: waiting == len(requests))
    return asked


def test_concurrent_requests_become_one_call_and_each_gets_its_own_answer(
    service: FakeUpstream, served: RunningGateway
) -> None:
    requests = [HOURS[hour : hour + 1 + hour % 3] for hour in range(20)]
    with held_up(service, served) as pool:
        asked = ask_all(pool, served, requests)
    for rows, each in zip(requests, asked, strict=True):
        assert each.result().json["predictions"] == [row["hour"] / 100 for row in rows]
    assert service.behaviour.asked == [1] * CALLS + [sum(map(len, requests))]


def test_one_after_the_other_are_never_joined_nor_delayed(
    service: FakeUpstream, served: RunningGateway
) -> None:
    for row in HOURS:
        assert served.predict(row).json["predictions"] == [row["hour"] / 100]
    assert service.behaviour.asked == [1] * len(HOURS)


def test_an_unusable_prediction_fails_the_request_that_owns_it(
    service: FakeUpstream, served: RunningGateway
) -> None:
    service.behaviour.odd = {2: float("nan"), 4: 1.5}
    with held_up(service, served) as pool:
        asked = ask_all(pool, served, [HOURS[0:2], HOURS[2:4], HOURS[4:5], HOURS[5:6]])
    assert [each.result().status for each in asked] == [200, 502, 502, 200]
    assert asked[1].result().json["reason"] == "invalid"
    assert service.behaviour.asked == [1] * CALLS + [6]


def test_a_request_that_the_service_cannot_bear_fails_alone(
    service: FakeUpstream, served: RunningGateway
) -> None:
    service.behaviour.poison = 13
    with held_up(service, served) as pool:
        asked = ask_all(pool, served, [[row] for row in HOURS[10:16]])
    statuses = [each.result().status for each in asked]
    assert statuses == [200, 200, 200, 502, 200, 200]
    assert [each.result().json["predictions"] for each in asked if each.result().status == 200] == [
        [hour / 100] for hour in (10, 11, 12, 14, 15)
    ]


def test_a_request_that_breaks_the_contract_never_meets_the_others(
    service: FakeUpstream, served: RunningGateway
) -> None:
    with held_up(service, served) as pool:
        asked = ask_all(pool, served, [[row] for row in HOURS[:3]])
        assert served.predict(ROW | {"hour": 24}).status == 422
    assert [each.result().status for each in asked] == [200] * 3
    assert service.behaviour.asked == [1] * CALLS + [3]
