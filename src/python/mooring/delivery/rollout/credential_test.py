"""kubectl gets a token of the job's identity; a real HTTP server stands for GitHub's."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mooring.delivery.rollout import errors
from mooring.delivery.rollout.credential import TOKEN, URL, credential
from mooring.delivery.rollout.errors import CredentialRefused

SOURCES = Path(errors.__file__).parents[3]
BEARER = "the job's own token"
EXPIRES = 1_795_000_000


def token(claims: dict[str, Any]) -> str:
    parts = [{"alg": "RS256"}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*coded, "signature"])


@contextmanager
def issuer(answer: Any) -> Iterator[dict[str, str]]:
    """The environment of a job that may ask, and who it asks; it answers only the right bearer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Authorization"] == f"Bearer {BEARER}"
            right = self.path == "/token?api-version=2&audience=https%3A%2F%2Fcluster"
            self.send_response(200 if known and right else 401)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *words: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        port = server.server_address[1]
        yield {URL: f"http://127.0.0.1:{port}/token?api-version=2", TOKEN: BEARER}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_kubectl_gets_the_token_and_when_it_ends() -> None:
    answer = {"value": token({"exp": EXPIRES, "sub": "repo:o/r:environment:staging"})}
    with issuer(answer) as environ:
        document = credential("https://cluster", environ)
    assert document == {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": answer["value"], "expirationTimestamp": "2026-11-18T11:06:40Z"},
    }


def test_it_is_a_program_that_needs_the_standard_library_alone() -> None:
    with issuer({"value": token({"exp": EXPIRES})}) as environ:
        done = subprocess.run(
            [sys.executable, "-S", "-m", "mooring.delivery.rollout", "credential", "https://cluster"],
            env={**environ, "PYTHONPATH": str(SOURCES)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "ExecCredential"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param({"message": "no"}, "holds no token", id="no token"),
        pytest.param({"value": "opaque"}, "no identity token", id="another kind of token"),
        pytest.param({"value": token({})}, "no identity token", id="one that never ends"),
    ],
)
def test_an_answer_that_is_no_token_is_refused(answer: Any, said: str) -> None:
    with issuer(answer) as environ, pytest.raises(CredentialRefused, match=said):
        credential("https://cluster", environ)


def test_a_job_without_the_right_is_told_which_one_it_lacks() -> None:
    with pytest.raises(CredentialRefused, match="id-token: write"):
        credential("https://cluster", {})


def test_a_refusal_holds_no_token() -> None:
    with issuer({}) as environ, pytest.raises(CredentialRefused, match="401") as refused:
        credential("https://cluster", {**environ, TOKEN: "a wrong secret"})
    assert "secret" not in str(refused.value)
