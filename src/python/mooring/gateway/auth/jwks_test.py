from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from mooring.gateway.auth.jwks import BadJwks, FileSource, HttpSource, parse_jwks, source_of
from mooring.gateway.testing.issuer import ec_key, issuer, jwk, rsa_key
from mooring.process.ports import free_port

RSA, EC = jwk(rsa_key(), "k1"), jwk(ec_key(), "k2")


def document(*keys: Any) -> bytes:
    return json.dumps({"keys": keys}).encode()


def test_keys_are_read_each_with_its_own_algorithm() -> None:
    found = [(key.id, key.algorithm) for key in parse_jwks(document(RSA, EC))]
    assert found == [("k1", "RS256"), ("k2", "ES256")]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param({"kty": "oct", "k": "c2VjcmV0", "kid": "k1", "alg": "HS256"}, id="a secret"),
        pytest.param(RSA | {"alg": "HS256"}, id="an RSA key for HS256"),
        pytest.param(RSA | {"alg": "none"}, id="an RSA key for nothing"),
        pytest.param(RSA | {"use": "enc"}, id="a key for encryption"),
        pytest.param(RSAAlgorithm.to_jwk(rsa_key(), as_dict=True), id="a private RSA key"),
        pytest.param(ECAlgorithm.to_jwk(ec_key(1), as_dict=True), id="a private EC key"),
        pytest.param(RSA | {"n": "!"}, id="a damaged key"),
        pytest.param({"kty": "RSA", "kid": "k1"}, id="half a key"),
        pytest.param(jwk(rsa_key(bits=1024), "k1"), id="a short RSA key"),
        pytest.param(EC | {"crv": "P-384"}, id="another curve"),
        pytest.param(EC | {"x": EC["y"]}, id="a point that is not on the curve"),
        pytest.param("RSA", id="no object"),
    ],
)
def test_a_key_that_is_not_usable_is_left_out(key: Any) -> None:
    assert [k.id for k in parse_jwks(document(key, EC))] == ["k2"]
    with pytest.raises(BadJwks, match="no key in it is usable"):
        parse_jwks(document(key))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="a page"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"keys": {}}', id="keys that are no list"),
        pytest.param(document(*[RSA] * 101), id="too many keys"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b" " * 262_145, id="too long"),
        pytest.param(b"\xff", id="no UTF-8"),
    ],
)
def test_what_is_no_key_set_is_refused(content: bytes) -> None:
    with pytest.raises(BadJwks):
        parse_jwks(content)


def test_a_key_set_is_fetched_from_an_address_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(document(RSA))
    assert source_of(str(path)) == FileSource(path)
    assert asyncio.run(source_of(str(path)).fetch()) == document(RSA)
    with issuer(RSA) as served:
        assert source_of(served.url) == HttpSource(served.url)
        assert asyncio.run(source_of(served.url).fetch()) == document(RSA)


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_only_a_200_is_a_key_set_and_no_redirect_is_followed(status: int) -> None:
    with issuer(RSA) as served:
        served.set.status = status
        with pytest.raises(BadJwks, match=f"answered {status}"):
            asyncio.run(HttpSource(served.url).fetch())
        assert served.set.asked == 1


def test_of_a_huge_answer_only_the_start_is_read() -> None:
    with issuer() as served:
        served.set.body = b" " * 8_000_000
        content = asyncio.run(HttpSource(served.url).fetch())
    assert 262_144 < len(content) < 1_000_000


def test_who_cannot_be_reached_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BadJwks, match="cannot be reached"):
        asyncio.run(HttpSource(f"http://127.0.0.1:{free_port()}/").fetch())
    with pytest.raises(BadJwks, match="No such file"):
        asyncio.run(FileSource(tmp_path / "none").fetch())
