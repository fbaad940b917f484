"""The gate in the real application behind the real server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.auth.errors import BadKeys
from mooring.gateway.auth.keys import new_key
from mooring.gateway.auth.settings import AuthSettings
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, Answer, RunningGateway, ask, gateway, until
from mooring.gateway.testing.keys import KeysOnDisk, bearer
from mooring.gateway.testing.upstream import FakeUpstream, upstream

PREDICT = "/v1/models/voyage_delay:predict"
BODY = json.dumps({"instances": [ROW]})

Start = Callable[..., AbstractContextManager[RunningGateway]]


@pytest.fixture
def keys(tmp_path: Path) -> KeysOnDisk:
    return KeysOnDisk(tmp_path / "keys.json")


@pytest.fixture
def service() -> Iterator[FakeUpstream]:
    with upstream() as service:
        yield service


@pytest.fixture
def start(keys: KeysOnDisk, service: FakeUpstream) -> Start:
    """Starts a gateway that asks for keys; options are those of `AuthSettings`."""

    def start(ways: str = "keys", **options: Any) -> AbstractContextManager[RunningGateway]:
        auth = replace(AuthSettings(keys_file=keys.path, reload_seconds=0.02), **options)
        fast = Settings(port=0, learn_seconds=0.01, watch_seconds=0.05)
        return gateway(service.url, replace(fast, authentication=ways, auth=auth))

    return start


def predict(served: RunningGateway, headers: Mapping[str, str]) -> Answer:
    return served.post(PREDICT, BODY, {**JSON, **headers})


def outcomes(served: RunningGateway, outcome: str) -> float | None:
    return served.counted("mooring_gateway_auth_total", outcome=outcome)


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


def test_keys_are_rotated_while_the_gateway_runs(start: Start, keys: KeysOnDisk) -> None:
    old = keys.add("batch")
    with start() as served:
        served.until_ready()
        new = keys.add("batch")
        until(lambda: predict(served, bearer(new)).status, lambda status: status == 200)
        assert predict(served, bearer(old)).status == 200
        keys.remove(old)
        until(lambda: predict(served, bearer(old)).status, lambda status: status == 401)
        assert predict(served, bearer(new)).status == 200
        gone = old.split("_")[1]
        assert served.counted("mooring_gateway_key_requests_total", key=gone) is None


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda keys: keys.write('{"format": 1, "keys": [{'), id="half a file"),
        pytest.param(lambda keys: keys.write('{"format": 1, "keys": [{}]}'), id="half a key"),
        pytest.param(lambda keys: keys.path.unlink(), id="no file"),
    ],
)
def test_keys_stay_as_they_were_while_the_file_is_not_in_order(
    start: Start, keys: KeysOnDisk, spoil: Callable[[KeysOnDisk], None]
) -> None:
    key = keys.add()
    with start() as served:
        stale = partial(served.counted, "mooring_gateway_keys_stale")
        served.until_ready()
        spoil(keys)
        until(stale, lambda value: value == 1.0)
        assert predict(served, bearer(key)).status == 200
        another = keys.add()
        until(stale, lambda value: value == 0.0)
        assert predict(served, bearer(another)).status == 200
        assert served.counted("mooring_gateway_keys") == 2.0


def test_a_gateway_does_not_start_on_keys_that_it_cannot_read(
    start: Start, keys: KeysOnDisk
) -> None:
    keys.write("{")
    with pytest.raises(BadKeys), start():
        pass


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
