"""A bad way to a good registry: an HTTP proxy that fails as it is told, on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

LOOPBACK = "127.0.0.1"

_CHUNK = 65_536


@dataclass(frozen=True)
class Asked:
    """One request: what, where, and how many of its method there were before it."""

    method: str
    path: str
    before: int


@dataclass(frozen=True)
class Status:
    """Answer with a status and nothing that an API would say."""

    code: int


@dataclass(frozen=True)
class Cut:
    """Close the connection in the middle of the request."""


@dataclass(frozen=True)
class Hold:
    """Take the request and keep it until it is let go; who waits for it hears when it is there."""

    reached: Event = field(default_factory=Event)
    let_go: Event = field(default_factory=Event)


Fault = Status | Cut | Hold
# What becomes of a request; None passes it on.
Plan = Callable[[Asked], Fault | None]


@dataclass
class Way:
    """The proxy as it runs: `host` stands for the registry, `asked` holds every request."""

    host: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def bad_way(to: str, plan: Plan) -> Iterator[Way]:
    """Stand between a client and the registry at `to`."""
    way, lock = Way(""), Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def _answer(self) -> None:
            with lock:
                before = sum(each.method == self.command for each in way.asked)
                asked = Asked(self.command, self.path, before)
                way.asked.append(asked)
            match plan(asked):
                case None:
                    self._pass_on(self._body())
                case Status(code):
                    self._body()
                    self._reply(code, {}, b"no")
                case Cut():
                    # Of an upload, in its middle; a request without a body has none.
                    self.rfile.read(1 if self.command == "PATCH" else 0)
                    self.close_connection = True
                case Hold(reached, let_go):
                    reached.set()
                    let_go.wait()
                    self.close_connection = True

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def _pass_on(self, body: bytes) -> None:
            connection = HTTPConnection(to)
            dropped = ("transfer-encoding", "content-length", "connection")
            kept = {k: v for k, v in self.headers.items() if k.lower() not in dropped}
            connection.request(self.command, self.path, body or None, kept)
            reply = connection.getresponse()
            heard = {k: v for k, v in reply.getheaders() if k.lower() != "transfer-encoding"}
            self._reply(reply.status, heard, reply.read())
            connection.close()

        def _reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            # A reply to HEAD says how long the body would be, and has none.
            length = {"Content-Length": str(len(body))} if self.command != "HEAD" else {}
            for name, value in {**headers, **length}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_POST = do_PATCH = _answer  # noqa: N815, the library's names

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        server.daemon_threads = True
        way.host = f"{LOOPBACK}:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield way
        finally:
            server.shutdown()
