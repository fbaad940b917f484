"""A web server that writes down what it was asked, and answers as a test's own code says."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mooring.process.ports import LOOPBACK


@dataclass(frozen=True)
class Question:
    """One request; names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """What is said to it."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


# None hangs up without a word.
Answering = Callable[[Question], Answer | None]


@contextmanager
def serving(answer: Answering, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Answer until the block ends; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            path, _, query = self.path.partition("?")
            content = self.rfile.read(length)
            heads = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(content) if content else None
            said = answer(Question(self.command, path, query, heads, body))
            if said is None:
                self.close_connection = True
                return
            self._say(said)

        def do_POST(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def _say(self, said: Answer) -> None:
            content = b"" if said.body is None else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            scheme = "http" if tls is None else "https"
            yield f"{scheme}://{LOOPBACK}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
