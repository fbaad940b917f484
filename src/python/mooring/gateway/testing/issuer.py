"""An issuer of tokens for tests: keys made here, and a real server of its key set."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER, AUDIENCE = "https://issuer.test", "mooring"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key, the same for the same number: making one takes a tenth of a second."""
    return rsa.generate_private_key(65_537, bits)


@cache
def ec_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    """A P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def jwk(key: PrivateKey, key_id: str, **more: Any) -> dict[str, Any]:
    """The public half, as an issuer publishes it."""
    if isinstance(key, rsa.RSAPrivateKey):
        document = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        document = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    # PyJWT writes what the key may do where an issuer writes what it is for.
    document.pop("key_ops", None)
    return {**document, "kid": key_id, "use": "sig", **more}


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token says; a change to None leaves it out."""
    now = int(time.time())
    good = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "batch", "iat": now, "exp": now + 86_400,
        "scope": "openid predict",
    }  # fmt: skip
    return {name: value for name, value in (good | changes).items() if value is not None}


def token(
    key: PrivateKey, key_id: str | None = "k1", head: Mapping[str, Any] | None = None,
    **changes: Any,
) -> str:  # fmt: skip
    """A signed token."""
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    headers = {**({} if key_id is None else {"kid": key_id}), **(head or {})}
    return jwt.encode(claims(**changes), key, algorithm, headers)


@dataclass
class KeySet:
    """What the server answers; may be changed while it runs."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    body: bytes | None = None
    asked: int = 0

    def answer(self) -> bytes:
        self.asked += 1
        return json.dumps({"keys": self.keys}).encode() if self.body is None else self.body


@dataclass(frozen=True)
class RunningIssuer:
    """A server of a key set."""

    url: str
    set: KeySet


@contextmanager
def issuer(*keys: dict[str, Any]) -> Iterator[RunningIssuer]:
    """Serve a key set in a thread of its own until the block ends."""
    published = KeySet(list(keys))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = published.answer()
            self.send_response(published.status)
            self.send_header("Location", "/elsewhere")  # matters to a redirect only
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            # Who has read enough hangs up.
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield RunningIssuer(f"http://127.0.0.1:{server.server_port}/jwks", published)
        finally:
            server.shutdown()
            thread.join()
