"""Endpoints that misbehave, on loopback and a free port."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

LOOPBACK = "127.0.0.1"


@contextmanager
def answering(status: int, chunks: int = 0) -> Iterator[str]:
    """An endpoint that answers everything with `status` and then, as a body whose size it does not
    say, `chunks` MiB of blanks.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for _ in range(chunks):
                    self.wfile.write(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")
            except OSError:  # the client has seen enough
                self.close_connection = True

        do_GET = do_PUT = do_HEAD = _answer  # noqa: N815, the names that the library calls

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()


@contextmanager
def hanging() -> Iterator[str]:
    """An endpoint that takes every connection and never answers."""
    with closing(socket.create_server((LOOPBACK, 0))) as server:
        yield f"http://{LOOPBACK}:{server.getsockname()[1]}"


@contextmanager
def absent() -> Iterator[str]:
    """An endpoint where nobody listens: the port is bound, so that nobody else can either."""
    with closing(socket.socket()) as holder:
        holder.bind((LOOPBACK, 0))
        yield f"http://{LOOPBACK}:{holder.getsockname()[1]}"
