from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server
from threading import Thread
from typing import Any

import pytest

from mooring.cli.errors import GatewaySaidNo
from mooring.cli.http import post_json, status_of

KEY = {"MOORING_API_KEY": "sesame"}


@contextmanager
def server(sent: list[str | None], moved: str = "") -> Iterator[str]:
    """Notes the credential of each request; answers, or sends it on to `moved`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def do_GET(self) -> None:
            sent.append(self.headers["Authorization"])
            self.send_response(302 if moved else 200)
            self.send_header("Location", moved)
            self.end_headers()
            self.wfile.write(json.dumps({"answer": 42}).encode())

        def log_message(self, *words: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_address[1]}"
        finally:
            listening.shutdown()
            thread.join()


def test_the_key_of_the_environment_is_shown() -> None:
    sent: list[str | None] = []
    with server(sent) as url:
        assert post_json(url, {}, KEY) == {"answer": 42}
        assert post_json(url, {}, {}) == {"answer": 42}
    assert sent == ["Bearer sesame", None]


def test_a_redirect_does_not_carry_the_key_away() -> None:
    first: list[str | None] = []
    second: list[str | None] = []
    with server(second) as elsewhere, server(first, moved=elsewhere) as url:
        assert post_json(url, {}, KEY) == {"answer": 42}
    assert (first, second) == (["Bearer sesame"], [None])


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(GatewaySaidNo, match="it is no HTTP address"):
        post_json("file:///etc/passwd", {}, {})


def test_who_does_not_speak_http_has_no_status() -> None:
    with create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"\xff" + bytes(7) + b"\x01\x7f")
                connection.recv(1_000)

        thread = Thread(target=greet)
        thread.start()
        assert status_of(f"http://127.0.0.1:{listening.getsockname()[1]}/readyz") is None
        thread.join()
