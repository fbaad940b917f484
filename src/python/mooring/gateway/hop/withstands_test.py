"""Deadlines, goodbyes and overload as callers meet them: a real gateway before fake services."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from mooring.contract.wire import DEADLINE_HEADER
from mooring.gateway.hop.admission import AdmissionPolicy
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import CONTRACT, ROW
from mooring.gateway.testing.gateway import (
    JSON,
    Answer,
    RunningGateway,
    gateway,
    routing_document,
    until,
)
from mooring.gateway.testing.upstream import Behaviour, FakeUpstream, upstream

PREDICT = "/v1/models/voyage_delay:predict"
BODY = json.dumps({"instances": [ROW]})
PROMISED_MS = CONTRACT.limits.deadline_seconds * 1_000
# Within a test nothing is learned by chance, only for a cause.
SELDOM = Settings(port=0, learn_seconds=0.01, watch_seconds=60.0)
NARROW = Settings(
    port=0, admission=AdmissionPolicy(kind="fixed", limit=2, queue=1, queue_seconds=0.2)
)


@pytest.fixture
def served(service: FakeUpstream) -> Iterator[RunningGateway]:
    with gateway(service.url, SELDOM) as running:
        running.until_ready()
        yield running


def ask(served: RunningGateway, patience: str | None = None) -> Answer:
    hurry = {} if patience is None else {"X-Request-Deadline-Ms": patience}
    return served.post(PREDICT, BODY, JSON | hurry)


def test_what_has_expired_never_reaches_the_service(
    service: FakeUpstream, served: RunningGateway
) -> None:
    answer = ask(served, "0")
    assert (answer.status, answer.json["type"]) == (504, "urn:mooring:problem:deadline-exceeded")
    assert service.behaviour.received == 0
    labels = {"model": "voyage_delay", "where": "queue"}
    assert served.counted("mooring_gateway_expired_total", **labels) == 1.0


@pytest.mark.parametrize("said", ["soon", "-1", "1.5", "1764460800000", ""])
def test_a_deadline_that_is_no_number_is_refused_and_not_repeated(
    service: FakeUpstream, served: RunningGateway, said: str
) -> None:
    answer = ask(served, said)
    assert (answer.status, answer.json["type"]) == (400, "urn:mooring:problem:bad-deadline")
    assert not said or said.encode() not in answer.body
    assert service.behaviour.received == 0


@pytest.mark.parametrize(
    ("patience", "most"),
    [
        pytest.param(None, PROMISED_MS, id="the contract's"),
        pytest.param("1500", 1_500.0, id="the caller's"),
        pytest.param("99000", PROMISED_MS, id="the contract's, however patient the caller"),
    ],
)
def test_the_service_is_told_what_is_left_of(
    service: FakeUpstream, served: RunningGateway, patience: str | None, most: float
) -> None:
    assert ask(served, patience).status == 200
    told = float(service.behaviour.told[-1][DEADLINE_HEADER])
    assert most / 2 < told <= most


def test_callers_in_a_hurry_do_not_cut_a_service_off(
    service: FakeUpstream, served: RunningGateway
) -> None:
    service.behaviour.pause = 0.2
    assert {ask(served, "50").status for _ in range(8)} == {504}
    assert ask(served).status == 200
    labels = {"model": "voyage_delay", "version": "3", "replica": "0"}
    assert served.counted("mooring_gateway_breaker_state", **labels) == 0.0


def test_a_replica_that_says_goodbye_is_let_go_before_it_ends_and_found_again() -> None:
    with ExitStack() as stack:
        staying = stack.enter_context(upstream())
        ending = ExitStack()
        leaving = ending.enter_context(upstream())
        document = routing_document("", urls=[leaving.url, staying.url])
        served = stack.enter_context(gateway("", SELDOM, document))
        _until_both_serve(served, leaving, staying)

        leaving.behaviour.leaving = True
        before = leaving.behaviour.received
        assert {served.predict(ROW).status for _ in range(20)} == {200}
        assert leaving.behaviour.received - before <= 1
        ending.close()
        assert {served.predict(ROW).status for _ in range(20)} == {200}

        back = stack.enter_context(upstream(port=leaving.port))
        _until_both_serve(served, back, staying)


def _until_both_serve(served: RunningGateway, *services: FakeUpstream) -> None:
    start = [each.behaviour.received for each in services]

    def served_by_all() -> bool:
        assert served.predict(ROW).status in (200, 503)
        return all(s.behaviour.received > n for s, n in zip(services, start, strict=True))

    until(served_by_all, bool)


def test_more_than_fits_is_turned_away_while_probes_are_answered() -> None:
    behaviour = Behaviour()
    with upstream(behaviour) as service, gateway(service.url, NARROW) as served:
        served.until_ready()
        behaviour.proceed.clear()
        with ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(ask, served) for _ in range(6)]
            until(lambda: sum(each.done() for each in asked), lambda done: done == 4)
            assert served.get("/livez").status == served.get("/readyz").status == 200
            behaviour.proceed.set()
            answers = [each.result() for each in asked]
    turned_away = [each for each in answers if each.status == 503]
    reasons = sorted(each.headers["x-shed-reason"] for each in turned_away)
    assert reasons == ["queue_full"] * 3 + ["queue_timeout"]
    assert {each.headers["retry-after"] for each in turned_away} == {"1"}
    assert sorted(each.status for each in answers) == [200] * 2 + [503] * 4
    assert len(behaviour.asked) <= 2
