"""Labels: from whom, of what form, how many, and what stands in the log of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, Answer, RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream
from mooring.predictionlog.reader import labels

MODEL = "voyage_delay"
PATH = f"/v1/models/{MODEL}:feedback"
SEEN = "2013-04-01T12:00:00Z"


@contextmanager
def serving(home: Path, **settings: Any) -> Iterator[RunningGateway]:
    log = LogSettings(home=home, **settings)
    with upstream() as service, gateway(service.url, log=log) as running:
        running.until_ready()
        yield running


def say(running: RunningGateway, *said: Any, **headers: str) -> Answer:
    return running.post(PATH, json.dumps({"labels": said}), JSON | headers)


def label(name: str, value: Any = True, seen: Any = SEEN) -> dict[str, Any]:
    return {"prediction_id": name, "label": value, "observed_at": seen}


def counts(answer: Answer) -> tuple[int, int, int]:
    assert answer.status == 200
    told = answer.json
    return told["accepted"], told["duplicates"], told["conflicts"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with serving(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def name(served: RunningGateway) -> str:
    return str(served.predict(ROW).json["prediction_ids"][0])


def test_labels_are_counted_by_what_is_new_in_them(served: RunningGateway) -> None:
    first, second = served.predict(ROW, ROW).json["prediction_ids"]
    assert counts(say(served, label(first, 1), label(second, False))) == (2, 0, 0)
    assert counts(say(served, label(first, True), label(second, 1))) == (0, 1, 1)
    assert counts(say(served, label(second, 1.0))) == (0, 0, 1)


def test_the_log_has_each_label_and_the_first_that_contradicts_it(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        name = running.predict(ROW).json["prediction_ids"][0]
        say(running, label(name, 1), label(name, 1), label(name, 0), label(name, 0))
    (kept,) = labels(tmp_path, MODEL)
    assert kept.ids == (name, name)
    assert kept.labels == (1.0, 0.0)
    assert kept.conflicts == (False, True)
    assert kept.observed == (1_364_817_600_000,) * 2
    assert (kept.caller, kept.right) == ("", "anyone")


@pytest.mark.parametrize(
    ("value", "status"),
    [
        pytest.param(True, 200, id="true"),
        pytest.param(0, 200, id="zero"),
        pytest.param(1.0, 200, id="one with a fraction of nothing"),
        pytest.param(0.5, 422, id="a probability, which is no outcome"),
        pytest.param(2, 422, id="two"),
        pytest.param("1", 422, id="text"),
        pytest.param(None, 422, id="nothing"),
        pytest.param(10**400, 422, id="more than a float holds"),
        pytest.param([1], 422, id="a list"),
    ],
)
def test_a_probability_is_labelled_by_whether_it_came_to_be(
    served: RunningGateway, name: str, value: Any, status: int
) -> None:
    answer = say(served, label(name, value))
    assert answer.status == status
    if status == 422:
        assert answer.json["errors"][0]["path"] == "labels[0].label"


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        pytest.param(b"{", 400, None, id="no JSON"),
        pytest.param(b"[]", 422, "body", id="a list"),
        pytest.param(b"{}", 422, "labels", id="no labels"),
        pytest.param(b'{"labels": []}', 422, "labels", id="an empty list of labels"),
        pytest.param(b'{"labels": [{}]}', 422, "labels[0].prediction_id", id="an empty label"),
        pytest.param(b'{"labels": [], "canary-7": 1}', 422, None, id="a member that nobody knows"),
        pytest.param(b'{"labels": [{"label": NaN}]}', 422, None, id="not a number"),
    ],
)
def test_a_body_of_another_form_is_refused_with_its_path(
    served: RunningGateway, body: bytes, status: int, path: str | None
) -> None:
    answer = served.post(PATH, body)
    assert answer.status == status
    assert b"canary-7" not in answer.body
    if path is not None:
        assert answer.json["errors"][0]["path"] == path


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param("2013-04-01T12:00:00", id="a time without a zone"),
        pytest.param("yesterday", id="no time"),
        pytest.param("2013-02-30T12:00:00Z", id="no day"),
        pytest.param("0000-01-01T00:00:00Z", id="no year"),
        pytest.param(1_364_817_600, id="a number"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_time_that_is_none_is_refused(served: RunningGateway, name: str, seen: Any) -> None:
    answer = say(served, label(name, seen=seen))
    assert answer.status == 422
    assert answer.json["errors"][0]["path"] == "labels[0].observed_at"


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param("canary-id-7", id="no id at all"),
        pytest.param("0" * 57 + "-01", id="a second spelling of a row"),
        pytest.param("0" * 57 + "-0\n", id="a line end behind it"),
        pytest.param("x" * 5_000, id="far too long"),
    ],
)
def test_what_is_no_id_is_refused_without_repeating_it(
    served: RunningGateway, name: str, forged: str
) -> None:
    answer = say(served, label(name), label(forged))
    assert answer.status == 422
    assert answer.json["errors"][0]["path"] == "labels[1].prediction_id"
    assert forged.encode() not in answer.body


def test_a_row_beyond_those_of_its_request_is_unknown(served: RunningGateway, name: str) -> None:
    answer = say(served, label(name.removesuffix("-0") + "-1"))
    assert (answer.status, answer.json["errors"][0]["kind"]) == (403, "unknown_prediction")


@pytest.mark.parametrize("seen", ["2013-04-01T12:00:00.123456789+02:00", "2013-04-01t12:00:00z"])
def test_a_time_may_have_a_zone_and_fractions(served: RunningGateway, name: str, seen: str) -> None:
    assert counts(say(served, label(name, seen=seen))) == (1, 0, 0)


def test_one_label_at_fault_keeps_none_of_its_request(served: RunningGateway, name: str) -> None:
    assert say(served, label(name), label("x")).status == 422
    assert counts(say(served, label(name))) == (1, 0, 0)


def test_more_labels_than_a_request_may_have_are_refused(served: RunningGateway, name: str) -> None:
    assert say(served, *[label(name)] * 1_001).status == 422


def test_a_caller_has_so_many_labels_a_minute(tmp_path: Path) -> None:
    with serving(tmp_path, labels_per_minute=3) as running:
        names = running.predict(*[ROW] * 4).json["prediction_ids"]
        assert say(running, *map(label, names[:2])).status == 200
        refused = say(running, *map(label, names[2:]))
        assert (refused.status, refused.headers["retry-after"]) == (429, "60")
        assert say(running, label(names[2])).status == 200
        counted = {"model": MODEL, "outcome": "too_many"}
        assert running.counted("mooring_feedback_labels_total", **counted) == 2


def test_labels_that_the_log_has_no_room_for_may_be_sent_again(tmp_path: Path) -> None:
    with serving(tmp_path, queue_records=1) as running:
        names = running.predict(ROW, ROW).json["prediction_ids"]
        for _ in range(2):
            refused = say(running, *map(label, names))
            assert (refused.status, refused.headers["retry-after"]) == (503, "5")


def test_a_gateway_without_a_log_says_so() -> None:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        name = running.predict(ROW).json["prediction_ids"][0]
        answer = say(running, label(name))
    assert (answer.status, answer.json["type"]) == (404, "urn:mooring:problem:no-log")


def test_feedback_is_documented_for_each_model(served: RunningGateway, name: str) -> None:
    document = served.get("/openapi.json").json
    asked = document["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]
    example = asked["examples"]["label"]["value"]
    example["labels"][0]["prediction_id"] = name
    answer = served.post(PATH, json.dumps(example))
    assert counts(answer) == (1, 0, 0)
    taken = document["components"]["schemas"]["Taken"]["properties"]
    assert answer.json.keys() == taken.keys()


def test_other_methods_and_media_types_are_refused(served: RunningGateway) -> None:
    assert served.send("GET", PATH).headers["allow"] == "POST"
    assert served.post(PATH, b"{}", {"Content-Type": "text/plain"}).status == 415
    assert served.post("/v1/models/unknown_model:feedback", b"{}").status == 404
