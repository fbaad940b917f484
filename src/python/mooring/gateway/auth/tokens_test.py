from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from prometheus_client import CollectorRegistry

from mooring.gateway.auth.caller import Caller
from mooring.gateway.auth.errors import UnknownCredential
from mooring.gateway.auth.issuer import Ages, Issuer
from mooring.gateway.auth.jwks import HttpSource
from mooring.gateway.auth.tokens import Expected, Tokens
from mooring.gateway.testing.issuer import (
    AUDIENCE,
    ISSUER,
    RunningIssuer,
    claims,
    ec_key,
    issuer,
    jwk,
    rsa_key,
    token,
)
from mooring.telemetry import auth
from mooring.telemetry.binding import bind

# Tokens are made when the tests are collected, maybe long before they are sent.
NOW = int(time.time())
DAY, LEEWAY = 86_400, 3_600
DEEP = b'{"alg":"RS256","kid":' + b"[" * 4_000 + b"]" * 4_000 + b"}"


@pytest.fixture(scope="module")
def served() -> Iterator[RunningIssuer]:
    with issuer(jwk(rsa_key(), "k1"), jwk(ec_key(), "k2")) as served:
        yield served


@pytest.fixture
def tokens(served: RunningIssuer) -> Tokens:
    return made(served, time.time)


def made(served: RunningIssuer, now: Callable[[], float], most: int = 10) -> Tokens:
    instruments = bind(auth.METRICS, CollectorRegistry())
    known = Issuer(HttpSource(served.url), Ages(300, 3600, 10), instruments)
    return Tokens(known, Expected(ISSUER, AUDIENCE, leeway=LEEWAY), now, most)


def caller(tokens: Tokens, text: str) -> Caller:
    assert tokens.claims(text)
    return asyncio.run(tokens.identify(text)).caller


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(token(rsa_key()), id="RS256"),
        pytest.param(token(ec_key(), "k2"), id="ES256"),
        pytest.param(token(rsa_key(), None), id="the only key of its algorithm"),
        pytest.param(token(rsa_key(), aud=["other", AUDIENCE]), id="several audiences"),
        pytest.param(token(rsa_key(), scope=["predict"]), id="scopes as a list"),
        pytest.param(token(rsa_key(), exp=NOW - 20), id="expired within the leeway"),
        pytest.param(token(rsa_key(), nbf=NOW + 20), id="early within the leeway"),
        pytest.param(token(rsa_key(), head={"typ": "at+jwt"}), id="an access token by RFC 9068"),
    ],
)
def test_a_good_token_names_its_caller(tokens: Tokens, text: str) -> None:
    assert caller(tokens, text) == Caller("oidc:batch", frozenset({"predict"}))
    assert tokens.remembers(text)
    assert caller(tokens, text).id == "oidc:batch"


def test_only_scopes_that_there_are_come_out_of_a_token(tokens: Tokens) -> None:
    for scope in ("", "root PREDICT predictions", {"predict": 1}, ["feedback", 3], None):
        expected = {"predict"} if isinstance(scope, dict) else set()
        expected |= {"feedback"} if isinstance(scope, list) else set()
        assert caller(tokens, token(rsa_key(), scope=scope)).scopes == expected


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_head(head: bytes, text: str = token(rsa_key())) -> str:
    return ".".join([part(head), *text.split(".")[1:]])


def signed_by_hand(payload: bytes) -> str:
    """A token whose signature is right and whose payload may be anything."""
    head = {"kid": "k1"}
    return jwt.api_jws.encode(payload, rsa_key(), "RS256", head)


def with_secret(secret: bytes, algorithm: str = "HS256") -> str:
    """A token signed with what everybody knows: the public key, taken for a shared secret."""
    head = part(json.dumps({"alg": algorithm, "kid": "k1", "typ": "JWT"}).encode())
    body = part(json.dumps(claims()).encode())
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{head}.{body}.{part(mac.sign(f'{head}.{body}'.encode(), secret))}"


PEM = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
EVIL = jwk(rsa_key(1), "evil")

ATTACKS: dict[str, str] = {
    "no signature": jwt.encode(claims(), "", "none", {"kid": "k1"}) + "AA",
    "the algorithm None in another case": with_head(b'{"alg":"nOnE","kid":"k1"}'),
    "HS256 with the public key as the secret": with_secret(PEM),
    "HS256 said of an RSA signature": with_head(b'{"alg":"HS256","kid":"k1"}'),
    "RS256 said of a MAC": with_secret(PEM, "RS256"),
    "the algorithm of another key": with_head(b'{"alg":"ES256","kid":"k1"}'),
    "PS256, which is not on the list": with_head(b'{"alg":"PS256","kid":"k1"}'),
    "an algorithm that is no text": with_head(b'{"alg":["RS256"],"kid":"k1"}'),
    "no algorithm": with_head(b'{"kid":"k1"}'),
    "another key": token(rsa_key(1)),
    "another key of its own choice, by jwk": token(rsa_key(1), "evil", {"jwk": EVIL}),
    "another key of its own choice, by jku": token(
        rsa_key(1), "evil", {"jku": "http://127.0.0.1:1/jwks", "x5u": "http://127.0.0.1:1/"}
    ),
    "a path for an id": token(rsa_key(1), "../../../../dev/null"),
    "a command for an id": token(rsa_key(1), "k1'; cat /etc/passwd #"),
    "a huge id": token(rsa_key(1), "k" * 5_000),
    "a number for an id": with_head(b'{"alg":"RS256","kid":1}'),
    "an id nested 4,000 deep": with_head(DEEP),
    "a head that must be understood": token(rsa_key(), head={"crit": ["exp"]}),
    "a head that is no object": with_head(b'["RS256"]'),
    "a head that is no JSON": with_head(b"{"),
    "another audience": token(rsa_key(), aud="others"),
    "no audience": token(rsa_key(), aud=None),
    "an audience that is an object": signed_by_hand(
        json.dumps(claims(aud={"mooring": 1})).encode()
    ),
    "another issuer": token(rsa_key(), iss="https://evil.test"),
    "an issuer that is nearly ours": token(rsa_key(), iss=f"{ISSUER}/"),
    "no issuer": token(rsa_key(), iss=None),
    "expired": token(rsa_key(), exp=NOW - DAY),
    "no end": token(rsa_key(), exp=None),
    "an end that is no number": signed_by_hand(json.dumps(claims(exp="never")).encode()),
    "an end beyond all numbers": signed_by_hand(
        json.dumps(claims(exp=0)).replace('"exp": 0', '"exp": 1e999').encode()
    ),
    "not valid yet": token(rsa_key(), nbf=NOW + DAY),
    "issued in the future": token(rsa_key(), iat=NOW + DAY),
    "nobody": token(rsa_key(), sub=None),
    "an empty subject": token(rsa_key(), sub=""),
    "a subject with a line end": token(rsa_key(), sub="a\nb"),
    "a huge subject": token(rsa_key(), sub="a" * 4_000),
    "a subject that is a number": signed_by_hand(json.dumps(claims(sub=7)).encode()),
    "a payload that is a list": signed_by_hand(b"[]"),
    "a payload that is no JSON": signed_by_hand(b"{"),
    "a payload nested 2,000 deep": signed_by_hand(b"[" * 2_000),
    "a payload that is no UTF-8": signed_by_hand(b"\xff\xfe"),
    "a changed payload": ".".join(
        [token(rsa_key()).split(".")[0], part(json.dumps(claims(sub="root")).encode()),
         token(rsa_key()).split(".")[2]]
    ),
    "a signature cut short": token(rsa_key())[:-20],
    "a signature of zeros, as for broken ECDSA": ".".join(
        [*token(ec_key(), "k2").split(".")[:2], part(bytes(64))]
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_refused_and_not_remembered(tokens: Tokens, text: str) -> None:
    with pytest.raises(UnknownCredential):
        asyncio.run(tokens.identify(text))
    assert not tokens.remembers(text)


@pytest.mark.parametrize(
    "text", ["", "a.b", "a.b.c.d", "a..c", "mooring_0.b.c", "a.b.c ", "a.b.=", "é.b.c"]
)
def test_what_has_not_the_form_of_a_token_is_left_to_others(tokens: Tokens, text: str) -> None:
    assert not tokens.claims(text)


def test_a_token_that_was_good_expires_all_the_same(served: RunningIssuer) -> None:
    now: list[float] = [NOW]
    tokens = made(served, lambda: now[0])
    text = token(rsa_key(), exp=NOW + DAY)
    assert caller(tokens, text)
    now[0] = NOW + DAY + LEEWAY
    assert caller(tokens, text)
    now[0] = NOW + DAY + LEEWAY + 1
    with pytest.raises(UnknownCredential):
        asyncio.run(tokens.identify(text))


def test_a_token_is_good_no_longer_when_its_key_is_withdrawn() -> None:
    with issuer(jwk(rsa_key(), "k1"), jwk(ec_key(), "k2")) as served:
        instruments = bind(auth.METRICS, CollectorRegistry())
        known = Issuer(HttpSource(served.url), Ages(300, 3600, 10), instruments)
        tokens = Tokens(known, Expected(ISSUER, AUDIENCE))
        text = token(rsa_key())
        assert caller(tokens, text)
        served.set.keys = [jwk(ec_key(), "k2")]
        asyncio.run(known.refresh())
        assert not tokens.remembers(text)
        with pytest.raises(UnknownCredential):
            asyncio.run(tokens.identify(text))


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first(served: RunningIssuer) -> None:
    tokens = made(served, time.time, most=2)
    texts = [token(ec_key(), "k2", sub=f"s{number}") for number in range(3)]
    for text in texts:
        assert caller(tokens, text)
    assert [tokens.remembers(text) for text in texts] == [False, True, True]
