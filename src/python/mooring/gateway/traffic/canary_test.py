"""A canary in the real gateway: who is split, who judges, and what an abort does."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from scipy.stats import binom

from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, Answer, RunningGateway, gateway, until
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.gateway.testing.versions import (
    answered_by,
    bundle_of,
    canary,
    document,
    predicted,
)

SELDOM = Settings(port=0, learn_seconds=0.01, watch_seconds=60.0)
KEYS = [f"customer-{number}" for number in range(200)]
POISON = 13


@pytest.fixture
def served(one: FakeUpstream, two: FakeUpstream) -> Iterator[RunningGateway]:
    with gateway("", SELDOM, document(1, voyage_delay=canary(one, two, 30))) as running:
        until_both_ready(running)
        yield running


def until_both_ready(served: RunningGateway) -> None:
    served.until_ready()
    until(lambda: state(served)["challenger"]["ready"], bool)


def state(served: RunningGateway) -> Any:
    return served.get("/v1/models/voyage_delay/rollout").json


def counted(served: RunningGateway, name: str, **labels: str) -> float | None:
    return served.counted(f"mooring_gateway_{name}", model="voyage_delay", **labels)


def predict(
    served: RunningGateway, key: str | None = None, path: str = "", hour: int = 7
) -> Answer:
    headers = JSON if key is None else JSON | {"Mooring-Key": key}
    body = json.dumps({"instances": [ROW | {"hour": hour}]})
    return served.post(f"/v1/models/voyage_delay{path}:predict", body, headers)


def versions(served: RunningGateway) -> dict[str, int]:
    return {key: answered_by(predict(served, key)) for key in KEYS}


def test_a_key_is_answered_by_one_version_on_every_gateway_and_after_a_restart(
    served: RunningGateway, one: FakeUpstream, two: FakeUpstream
) -> None:
    first = versions(served)
    assert first == versions(served)
    with gateway("", SELDOM, document(1, voyage_delay=canary(one, two, 30))) as another:
        until_both_ready(another)
        assert first == versions(another)
    low, high = binom.interval(1 - 1e-6, len(KEYS), 0.3)
    assert low <= Counter(first.values())[2] <= high


def test_a_higher_percent_takes_no_key_back(
    served: RunningGateway, one: FakeUpstream, two: FakeUpstream
) -> None:
    before = versions(served)
    served.publish(document(2, voyage_delay=canary(one, two, 60)))
    served.until_obeys(2)
    after = versions(served)
    assert all(before[key] <= after[key] for key in KEYS)
    assert sum(after.values()) > sum(before.values())


@pytest.mark.parametrize(
    ("path", "version"),
    [
        pytest.param("/labels/challenger", 2, id="the challenger by its label"),
        pytest.param("/labels/champion", 1, id="the champion by its label"),
        pytest.param("/versions/2", 2, id="the challenger by its version"),
        pytest.param("/versions/1", 1, id="the champion by its version"),
    ],
)
def test_who_names_a_variant_gets_exactly_that_one(
    served: RunningGateway, path: str, version: int
) -> None:
    answers = [predict(served, key, path) for key in KEYS[:20]]
    assert {answered_by(answer) for answer in answers} == {version}
    assert {answer.json["predictions"][0] for answer in answers} == {predicted(version, 7)}
    assert {answer.json["model"]["digest"] for answer in answers} == {bundle_of(version)}
    assert state(served)["challenger"]["requests"] == 0


@pytest.mark.parametrize("path", ["/labels/shadow", "/versions/3", "/versions/01"])
def test_a_variant_that_is_not_there_is_unknown(served: RunningGateway, path: str) -> None:
    assert predict(served, path=path).status == 404


def test_the_champion_does_the_part_of_a_challenger_that_is_not_ready(
    one: FakeUpstream, two: FakeUpstream
) -> None:
    with gateway("", None, document(1, voyage_delay=canary(one, two, 100))) as served:
        until_both_ready(served)
        assert answered_by(predict(served)) == 2
        two.behaviour.ready = False
        until(lambda: answered_by(predict(served)), lambda version: version == 1)
        assert counted(served, "fallbacks_total") == 1.0
        assert counted(served, "split_calls_total", role="champion") == 1.0
        assert predict(served, path="/labels/challenger").status == 503
        two.behaviour.ready = True
        until(lambda: answered_by(predict(served)), lambda version: version == 2)


def test_the_champion_does_the_part_of_a_challenger_whose_breaker_is_open(
    one: FakeUpstream, two: FakeUpstream
) -> None:
    with gateway("", SELDOM, document(1, voyage_delay=canary(one, two, 100))) as served:
        until_both_ready(served)
        two.behaviour.status = 500
        statuses = [predict(served).status for _ in range(12)]
        failed = statuses.index(200)
        assert statuses[:failed] == [502] * failed
        assert set(statuses[failed:]) == {200}
        assert counted(served, "fallbacks_total") == 12.0 - failed


def roll_on(served: RunningGateway, hour: int, each: int = 3) -> None:
    """Requests without keys; the hour that makes a version fail in one of `each`."""
    for number in range(each):
        predict(served, hour=hour if number == 0 else 7)


def until_aborted(served: RunningGateway, hour: int = 7) -> Any:
    until(
        lambda: roll_on(served, hour),
        lambda _: counted(served, "canary_aborted") == 1.0,
    )
    return state(served)


def test_a_challenger_that_fails_is_aborted_and_the_evidence_is_told(
    served: RunningGateway,
    one: FakeUpstream,
    two: FakeUpstream,
    caplog: pytest.LogCaptureFixture,
) -> None:
    two.behaviour.poison = POISON
    served.publish(document(2, voyage_delay=canary(one, two, 50)))
    served.until_obeys(2)
    assert counted(served, "canary_weight_ratio") == 0.5
    with caplog.at_level(logging.ERROR, "mooring"):
        found = until_aborted(served, POISON)
    assert (found["verdict"], found["percent"], found["weight"]) == ("aborted", 50.0, 0.0)
    assert found["abort"]["rule"] == "errors"
    errors = found["evidence"][0]
    assert errors["highest_e_value"] >= errors["threshold"] == pytest.approx(300.0)
    assert (errors["champion_hits"], errors["challenger_hits"] > 5) == (0, True)
    assert counted(served, "canary_weight_ratio") == 0.0
    assert (counted(served, "canary_evidence_ratio", rule="errors") or 0.0) >= 1.0
    (line,) = (vars(r) for r in caplog.records if "canary aborted" in r.getMessage())
    assert line["challenger_hits"] == errors["challenger_hits"]
    assert line["e_value"] >= line["threshold"]
    assert set(versions(served).values()) == {1}
    assert answered_by(predict(served, path="/labels/challenger")) == 2


def test_a_challenger_that_is_slow_is_aborted(served: RunningGateway, two: FakeUpstream) -> None:
    until(lambda: roll_on(served, 7), lambda _: state(served)["slow_after_seconds"] is not None)
    two.behaviour.pause = 10 * state(served)["slow_after_seconds"]
    assert until_aborted(served)["abort"]["rule"] == "slow"


def test_a_challenger_that_answers_nonsense_is_aborted(
    served: RunningGateway, two: FakeUpstream
) -> None:
    two.behaviour.odd[POISON] = 2.0
    found = until_aborted(served, POISON)
    assert found["evidence"][1]["challenger_hits"] > 5


def test_an_abort_stands_until_a_document_takes_the_challenger_out(
    served: RunningGateway, one: FakeUpstream, two: FakeUpstream
) -> None:
    two.behaviour.poison = POISON
    until_aborted(served, POISON)
    two.behaviour.poison = None
    served.publish(document(2, voyage_delay=canary(one, two, 90)))
    served.until_obeys(2)
    assert set(versions(served).values()) == {1}
    served.publish(document(3, voyage_delay=canary(one, two, 0)))
    served.until_obeys(3)
    assert counted(served, "canary_aborted") == 0.0
    served.publish(document(4, voyage_delay=canary(one, two, 90)))
    served.until_obeys(4)
    assert set(versions(served).values()) == {1, 2}
    assert state(served)["verdict"] in ("inconclusive", "no_harm_seen")


def test_a_rollout_without_a_challenger_has_nothing_to_tell(one: FakeUpstream) -> None:
    with gateway("", SELDOM, document(1, voyage_delay=one)) as served:
        served.until_ready()
        found = state(served)
        assert (found["mode"], found["verdict"], found["challenger"]) == ("champion", "none", None)
        assert counted(served, "canary_weight_ratio") is None
        assert served.get("/v1/models/nobody/rollout").status == 404
