"""The routing document changes under a gateway that serves."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.errors import BadRouting
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import RunningGateway, gateway, until, write_routing
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.gateway.testing.versions import PATIENT, answered_by, canary, document, service, target

OTHER = PATIENT.model_copy(update={"name": "voyage_time"})
# Nothing is learned again unless something gives cause to.
SELDOM = Settings(port=0, learn_seconds=0.01, watch_seconds=60.0)


@pytest.fixture
def other() -> Iterator[FakeUpstream]:
    with service(5, OTHER) as running:
        yield running


@pytest.fixture
def served(one: FakeUpstream) -> Iterator[RunningGateway]:
    with gateway("", SELDOM, document(1, voyage_delay=one)) as running:
        running.until_ready()
        yield running


def gauge(served: RunningGateway, name: str) -> float | None:
    return served.counted(f"mooring_gateway_routing_{name}")


def until_version(served: RunningGateway, version: int) -> None:
    until(lambda: served.predict(ROW), lambda a: a.status == 200 and answered_by(a) == version)


def until_refused(served: RunningGateway, times: int = 1) -> None:
    labels = {"outcome": "refused"}
    name = "mooring_gateway_routing_loads_total"
    until(lambda: served.counted(name, **labels), lambda found: found == times)


def test_a_model_is_added_and_withdrawn(
    served: RunningGateway, one: FakeUpstream, other: FakeUpstream
) -> None:
    served.publish(document(2, voyage_delay=one, voyage_time=other))
    until(lambda: served.predict(ROW, model="voyage_time").status, lambda s: s == 200)
    assert answered_by(served.predict(ROW)) == 1
    served.publish(document(3, voyage_time=other))
    until(lambda: served.predict(ROW).status, lambda status: status == 404)
    assert answered_by(served.predict(ROW, model="voyage_time")) == 5
    assert served.counted("mooring_gateway_model_ready", model="voyage_delay") is None
    assert [m["name"] for m in served.get("/v1/models").json["models"]] == ["voyage_time"]


def test_a_model_that_is_added_before_its_service_is_ready_takes_no_other_with_it(
    served: RunningGateway, one: FakeUpstream, other: FakeUpstream
) -> None:
    other.behaviour.ready = False
    served.publish(document(2, voyage_delay=one, voyage_time=other))
    served.until_obeys(2)
    assert served.predict(ROW, model="voyage_time").status == 503
    assert (served.get("/readyz").status, answered_by(served.predict(ROW))) == (200, 1)


def test_a_gateway_starts_to_be_ready_with_the_last_of_its_models(
    one: FakeUpstream, other: FakeUpstream
) -> None:
    other.behaviour.ready = False
    both = document(1, voyage_delay=one, voyage_time=other)
    with gateway("", None, both) as served:
        until(lambda: served.predict(ROW).status, lambda status: status == 200)
        assert list(served.until_ready(503).json["reasons"]) == ["voyage_time"]
        other.behaviour.ready = True
        served.until_ready()
        other.behaviour.ready = False
        until(lambda: served.predict(ROW, model="voyage_time").status, lambda s: s == 503)
        assert served.get("/readyz").status == 200


def test_what_the_next_document_names_again_keeps_its_connections(
    served: RunningGateway, one: FakeUpstream, two: FakeUpstream, other: FakeUpstream
) -> None:
    def replica() -> Any:
        return served.ports.models["voyage_delay"].champion.replicas[0]

    before = replica()
    served.publish(document(2, voyage_delay=one, voyage_time=other))
    served.until_obeys(2)
    assert replica() is before
    served.publish(document(3, voyage_delay=canary(one, two, 50)))
    served.until_obeys(3)
    assert replica() is before


def test_a_challenger_that_is_promoted_was_known_before(
    served: RunningGateway, one: FakeUpstream, two: FakeUpstream
) -> None:
    served.publish(document(2, voyage_delay=canary(one, two, 50)))
    served.until_obeys(2)
    challenger = served.ports.models["voyage_delay"].challenger
    assert challenger is not None
    until(lambda: challenger.ready, bool)
    served.publish(document(3, voyage_delay=two))
    served.until_obeys(3)
    assert served.ports.models["voyage_delay"].champion.replicas == challenger.replicas
    assert answered_by(served.predict(ROW)) == 2


def test_a_replica_more_and_one_less(one: FakeUpstream) -> None:
    with service(1) as second, gateway("", SELDOM, document(1, voyage_delay=one)) as served:
        served.until_ready()
        served.publish(document(2, voyage_delay={"champion": target(one, second)}))
        until(lambda: served.predict(ROW).status, lambda _: bool(second.behaviour.asked))
        served.publish(document(3, voyage_delay=second))
        served.until_obeys(3)
        before = len(one.behaviour.asked)
        assert [served.predict(ROW).status for _ in range(5)] == [200] * 5
        assert len(one.behaviour.asked) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param("", "JSON", id="is empty"),
        pytest.param('{"format": 1, "version": 2', "JSON", id="is cut short"),
        pytest.param({"version": 0}, "older than version 1", id="is older"),
        pytest.param({"extra": 1}, "Extra inputs", id="says something unknown"),
        pytest.param({"models": {}}, "at least 1", id="has no model"),
    ],
)
def test_a_document_changes_nothing_and_says_why_once_when_it(
    served: RunningGateway, caplog: pytest.LogCaptureFixture, change: Any, said: str
) -> None:
    with open(served.ports.settings.routing, "rb") as sound:
        original = json.load(sound)
    broken = change if isinstance(change, str) else original | change
    with caplog.at_level(logging.ERROR, "mooring"):
        served.publish(broken)
        until_refused(served)
        until(lambda: gauge(served, "valid"), lambda found: found == 0.0)
        assert answered_by(served.predict(ROW)) == 1
        served.publish(original | {"version": 2})
        served.until_obeys(2)
    assert gauge(served, "valid") == 1.0
    (refusal,) = (vars(record) for record in caplog.records)
    assert refusal["in_force"] == 1
    assert said in refusal["problem"]


def test_two_documents_of_one_version_cannot_both_be_true(
    served: RunningGateway, two: FakeUpstream
) -> None:
    served.publish(document(1, voyage_delay=two))
    until_refused(served)
    assert answered_by(served.predict(ROW)) == 1


def test_what_is_under_way_when_its_model_is_withdrawn_is_answered(
    served: RunningGateway, one: FakeUpstream, other: FakeUpstream
) -> None:
    one.behaviour.proceed.clear()
    one.behaviour.arrived.clear()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(served.predict, ROW)
        assert one.behaviour.arrived.wait(10)
        served.publish(document(2, voyage_time=other))
        served.until_obeys(2)
        one.behaviour.proceed.set()
        assert answer.result().status == 200


def test_what_is_withdrawn_is_let_go(
    served: RunningGateway, one: FakeUpstream, other: FakeUpstream
) -> None:
    labels = {"model": "voyage_delay", "version": "1", "replica": "0"}
    name = "mooring_gateway_breaker_state"
    assert served.counted(name, **labels) is not None
    served.publish(document(2, voyage_time=other))
    until(lambda: served.counted(name, **labels), lambda found: found is None)


def test_the_old_champion_answers_until_the_new_one_is_ready(
    served: RunningGateway, two: FakeUpstream
) -> None:
    two.behaviour.ready = False
    served.publish(document(2, voyage_delay=two))
    served.until_obeys(2)
    pending = {"model": "voyage_delay"}
    assert answered_by(served.predict(ROW)) == 1
    assert served.get("/readyz").status == 200
    assert served.counted("mooring_gateway_champion_pending", **pending) == 1.0
    assert served.get("/v1/models/voyage_delay/rollout").json["champion_pending"] is True
    two.behaviour.ready = True
    until_version(served, 2)
    until(lambda: served.ports.models["voyage_delay"].former, lambda former: former is None)
    assert served.counted("mooring_gateway_champion_pending", **pending) == 0.0


def test_an_old_champion_that_ends_first_is_not_asked_again(two: FakeUpstream) -> None:
    with ExitStack() as stack:
        one = stack.enter_context(service(1))
        with gateway("", None, document(1, voyage_delay=one)) as served:
            served.until_ready()
            two.behaviour.ready = False
            served.publish(document(2, voyage_delay=two))
            served.until_obeys(2)
            stack.close()
            served.until_ready(503)
            two.behaviour.ready = True
            until_version(served, 2)


def test_a_document_that_is_renamed_into_place_is_never_read_in_part(
    served: RunningGateway, one: FakeUpstream
) -> None:
    many = {f"model_{number}": one for number in range(30)}
    for version in range(2, 40):
        served.publish(document(version, voyage_delay=one, **many))
    served.until_obeys(39)
    assert served.counted("mooring_gateway_routing_loads_total", outcome="refused") == 0.0


def test_the_last_good_document_survives_a_restart_without_it(
    tmp_path: Path, one: FakeUpstream, two: FakeUpstream, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "routing.json"
    with gateway("", SELDOM, document(4, voyage_delay=one), tmp_path) as served:
        served.until_ready()
        until((tmp_path / "gateway/routing.json").exists, bool)
    path.unlink()
    with gateway("", SELDOM, None, tmp_path) as served:
        served.until_ready()
        assert answered_by(served.predict(ROW)) == 1
        assert [gauge(served, n) for n in ("version", "from_copy", "valid")] == [4.0, 1.0, 0.0]
        assert "copy of an earlier document" in caplog.text
        served.publish(document(5, voyage_delay=two))
        until_version(served, 2)
        until(lambda: gauge(served, "from_copy"), lambda found: found == 0.0)
        assert gauge(served, "valid") == 1.0


def test_without_document_and_copy_it_does_not_start(tmp_path: Path) -> None:
    write_routing(tmp_path / "routing.json", "{}")
    with (
        pytest.raises(BadRouting, match=r"Field required"),
        gateway("", SELDOM, None, tmp_path),
    ):
        raise AssertionError("it started")


def test_a_copy_that_cannot_be_written_is_no_reason_not_to_serve(
    tmp_path: Path, one: FakeUpstream
) -> None:
    (tmp_path / "gateway").write_text("a file where the folder should be")
    with gateway("", SELDOM, document(1, voyage_delay=one), tmp_path) as served:
        served.until_ready()
        assert answered_by(served.predict(ROW)) == 1


def test_two_gateways_obey_one_document_and_agree_again_after_a_partition(
    tmp_path: Path, one: FakeUpstream, two: FakeUpstream
) -> None:
    shared = tmp_path / "shared"
    homes = [tmp_path / "a", tmp_path / "b"]
    for folder in (shared, *homes):
        folder.mkdir()
    write_routing(shared / "routing.json", document(1, voyage_delay=one))
    for home in homes:
        (home / "routing.json").symlink_to(shared / "routing.json")
    with ExitStack() as stack:
        first = stack.enter_context(gateway("", SELDOM, None, homes[0]))
        with gateway("", SELDOM, None, homes[1]) as second:
            for each in (first, second):
                until_version(each, 1)
            repoint(homes[1], tmp_path / "unreachable" / "routing.json")
            until_refused(second)
            write_routing(shared / "routing.json", document(2, voyage_delay=two))
            until_version(first, 2)
            assert answered_by(second.predict(ROW)) == 1
        second = stack.enter_context(gateway("", SELDOM, None, homes[1]))
        until_version(second, 1)
        repoint(homes[1], shared / "routing.json")
        until_version(second, 2)
        assert answered_by(first.predict(ROW)) == 2
        write_routing(shared / "routing.json", document(3, voyage_delay=one))
        for each in (first, second):
            until_version(each, 1)


def repoint(home: Path, to: Path) -> None:
    fresh = home / "fresh"
    fresh.symlink_to(to)
    fresh.replace(home / "routing.json")


def test_no_thread_is_left_over(one: FakeUpstream) -> None:
    with gateway("", SELDOM, document(1, voyage_delay=one)) as served:
        served.until_ready()
    until(lambda: [t.name for t in threading.enumerate()], lambda n: "routing document" not in n)
