"""The gate in the real application behind the real server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from mooring.gateway.auth.keys import new_key
from mooring.gateway.testing.gateway import JSON, ask
from mooring.gateway.testing.keys import (
    BODY,
    PREDICT,
    KeysOnDisk,
    Start,
    bearer,
    outcomes,
    predict,
)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(bearer, id="Authorization"),
        pytest.param(lambda key: {"X-API-Key": key}, id="X-API-Key"),
    ],
)
def test_a_key_lets_its_caller_in(
    start: Start, keys: KeysOnDisk, header: Callable[[str], Mapping[str, str]]
) -> None:
    key = keys.add()
    with start() as served:
        served.until_ready()
        assert predict(served, header(key)).status == 200
        assert outcomes(served, "ok") == 1.0
        key_id = key.split("_")[1]
        assert served.counted("mooring_gateway_key_requests_total", key=key_id) == 1.0


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        pytest.param({}, None, id="no credential"),
        pytest.param(bearer(new_key()[0]), "invalid_token", id="a key of nobody"),
        pytest.param(bearer("a.b.c"), "invalid_token", id="a token where only keys are taken"),
        pytest.param({"Authorization": "Basic YTpi"}, "invalid_request", id="another scheme"),
    ],
)
def test_who_is_not_known_gets_401_and_is_told_how(
    start: Start, headers: Mapping[str, str], error: str | None
) -> None:
    with start() as served:
        answer = predict(served, headers)
    assert (answer.status, answer.json["type"]) == (401, "urn:mooring:problem:unauthenticated")
    challenge = answer.headers["www-authenticate"]
    assert challenge == 'Bearer realm="mooring"' + (f', error="{error}"' if error else "")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_wrong_secret_and_an_unknown_id_get_the_same_answer(
    start: Start, keys: KeysOnDisk
) -> None:
    wrong = f"mooring_{keys.add().split('_')[1]}_{'0' * 40}"
    with start() as served:
        first, second = (predict(served, bearer(key)) for key in (wrong, new_key()[0]))
    assert (first.status, first.body) == (second.status, second.body)


def test_who_is_refused_is_answered_before_the_body_has_come(start: Start) -> None:
    with start() as served:
        head = f"POST {PREDICT} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
        assert served.raw(head.encode()).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    ("scopes", "path", "needed"),
    [
        pytest.param(("feedback",), PREDICT, "predict", id="feedback may not predict"),
        pytest.param(("labeler",), PREDICT, "predict", id="a labeler may not predict"),
        pytest.param(("labeler",), "/v1/models", "predict", id="nor see the models"),
        pytest.param(
            ("predict",), "/v1/models/voyage_delay:feedback", "feedback labeler",
            id="who predicts may not label",
        ),
    ],
)  # fmt: skip
def test_a_scope_that_is_missing_is_named(
    start: Start, keys: KeysOnDisk, scopes: tuple[str, ...], path: str, needed: str
) -> None:
    key = keys.add(scopes=scopes)
    with start() as served:
        answer = served.post(path, BODY, {**JSON, **bearer(key)})
        assert outcomes(served, "forbidden") == 1.0
    assert answer.status == 403
    assert f'scope="{needed}"' in answer.headers["www-authenticate"]
    assert needed.replace(" ", " or ") in answer.json["detail"]


def test_an_admin_may_do_all(start: Start, keys: KeysOnDisk) -> None:
    key = keys.add(scopes=("admin",))
    with start() as served:
        served.until_ready()
        assert predict(served, bearer(key)).status == 200


@pytest.mark.parametrize("model", ["voyage_delay", "nowhere"])
def test_a_key_for_other_models_learns_nothing_of_this_one(
    start: Start, keys: KeysOnDisk, model: str
) -> None:
    key = keys.add(models=["another"])
    with start() as served:
        answer = served.post(f"/v1/models/{model}:predict", BODY, {**JSON, **bearer(key)})
    assert (answer.status, answer.json["detail"][:40]) == (
        403,
        "the credential may not ask this model. U",
    )


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_have_no_credentials(start: Start, path: str) -> None:
    with start() as served:
        served.until_ready()
        assert served.get(path).status == 200


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/index.css"])
def test_the_docs_are_closed_unless_they_are_opened(start: Start, path: str) -> None:
    with start() as served:
        assert served.get(path).status == 401
    with start(open_docs=True) as served:
        assert served.get(path).status == 200


def test_a_key_that_has_expired_is_told_so(start: Start, keys: KeysOnDisk) -> None:
    key = keys.add(expires="2020-01-01T00:00:00Z")
    with start() as served:
        answer = predict(served, bearer(key))
    assert (answer.status, "it has expired" in answer.json["detail"]) == (401, True)


def test_a_burst_beyond_the_rate_gets_429_and_when_to_come_back(
    start: Start, keys: KeysOnDisk
) -> None:
    slow, other = keys.add(rate=0.5), keys.add()
    with start() as served:
        served.until_ready()
        answers = [predict(served, bearer(slow)) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 429, 429]
        assert predict(served, bearer(other)).status == 200
        assert outcomes(served, "limited") == 2.0
    refused = answers[1]
    assert refused.json["type"] == "urn:mooring:problem:too-many-requests"
    assert refused.headers["retry-after"] == "2"
    assert "more than 0.5 requests a second" in refused.json["detail"]


def test_of_many_at_once_no_more_get_in_than_the_rate_allows(
    start: Start, keys: KeysOnDisk
) -> None:
    key, rate, requests = keys.add(rate=20), 20, 100
    with start() as served, ThreadPoolExecutor(10) as threads:
        served.until_ready()
        began = time.monotonic()
        asked = [threads.submit(predict, served, bearer(key)) for _ in range(requests)]
        statuses = Counter(each.result().status for each in asked)
        seconds = time.monotonic() - began
    # The burst of one second, and what has come in since.
    assert rate <= statuses[200] <= rate + rate * seconds + 1
    assert statuses[200] + statuses[429] == requests


def test_anybody_has_a_rate_by_address_where_it_is_set(start: Start) -> None:
    with start("none", anonymous_rate=0.5) as served:
        statuses = [predict(served, {}).status for _ in range(2)]
        assert served.get("/livez").status == 200
    assert statuses[1] == 429


def test_guessing_is_slowed_down_and_stops_nobody_with_a_key(
    start: Start, keys: KeysOnDisk
) -> None:
    key = keys.add()
    with start(failures_per_minute=5) as served:
        served.until_ready()
        answers = [predict(served, bearer(new_key()[0])) for _ in range(8)]
        assert [answer.status for answer in answers] == [401] * 5 + [429] * 3
        assert predict(served, bearer(key)).status == 200
        assert predict(served, {}).status == 401
        assert outcomes(served, "blocked") == 3.0
    assert int(answers[-1].headers["retry-after"]) in range(1, 61)


def test_without_authentication_a_credential_is_not_looked_at(start: Start) -> None:
    with start("none") as served:
        served.until_ready()
        assert predict(served, {"Authorization": "Basic YTpi"}).status == 200
        assert ask(served.port, "GET", "/docs").status == 200
