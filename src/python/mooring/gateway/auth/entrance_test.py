"""Tokens of an issuer, alone and beside keys, in the real application behind the real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mooring.gateway.testing.issuer import (
    AUDIENCE,
    ISSUER,
    RunningIssuer,
    issuer,
    jwk,
    rsa_key,
    token,
)
from mooring.gateway.testing.keys import KeysOnDisk, Start, bearer, outcomes, predict


@pytest.fixture
def known() -> Iterator[RunningIssuer]:
    with issuer(jwk(rsa_key(), "k1")) as known:
        yield known


def trusting(known: RunningIssuer, **options: Any) -> dict[str, Any]:
    return {"issuer": ISSUER, "audience": AUDIENCE, "jwks": known.url} | options


@pytest.mark.parametrize("ways", ["oidc", "keys,oidc"])
def test_a_token_of_the_issuer_lets_its_caller_in(
    start: Start, known: RunningIssuer, ways: str
) -> None:
    with start(ways, **trusting(known)) as served:
        served.until_ready()
        assert predict(served, bearer(token(rsa_key()))).status == 200
        assert predict(served, bearer(token(rsa_key(), scope="openid"))).status == 403
        assert predict(served, bearer(token(rsa_key(1)))).status == 401


def test_keys_and_tokens_are_taken_side_by_side(
    start: Start, keys: KeysOnDisk, known: RunningIssuer
) -> None:
    key = keys.add()
    with start("keys,oidc", **trusting(known)) as served:
        served.until_ready()
        credentials = (key, token(rsa_key()))
        assert [predict(served, bearer(text)).status for text in credentials] == [200, 200]


def test_an_issuer_that_is_not_reached_is_503_and_keys_work_all_the_same(
    start: Start, keys: KeysOnDisk, known: RunningIssuer
) -> None:
    known.set.status = 500
    key = keys.add()
    with start("keys,oidc", **trusting(known)) as served:
        served.until_ready()
        answer = predict(served, bearer(token(rsa_key())))
        assert (answer.status, answer.json["reason"]) == (503, "issuer")
        assert answer.headers["retry-after"] == "1"
        assert predict(served, bearer(key)).status == 200
        assert outcomes(served, "unavailable") == 1.0


def test_after_many_failures_unknown_tokens_wait_and_known_ones_do_not(
    start: Start, known: RunningIssuer
) -> None:
    good, later = token(rsa_key()), token(rsa_key(), sub="later")
    with start("oidc", **trusting(known, failures_per_minute=3)) as served:
        served.until_ready()
        assert predict(served, bearer(good)).status == 200
        wrong = [predict(served, bearer(token(rsa_key(1)))).status for _ in range(5)]
        assert wrong == [401, 401, 401, 429, 429]
        assert predict(served, bearer(later)).status == 429
        assert predict(served, bearer(good)).status == 200


def test_a_token_is_paced_by_its_subject(start: Start, known: RunningIssuer) -> None:
    with start("oidc", **trusting(known, rate=0.1)) as served:
        served.until_ready()
        statuses = [
            predict(served, bearer(token(rsa_key(), sub=subject, jti=str(number)))).status
            for number, subject in enumerate(("a", "a", "b"))
        ]
    assert statuses == [200, 429, 200]
