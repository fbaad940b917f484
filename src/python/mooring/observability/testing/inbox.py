"""Where notifications arrive in tests: a web server for hooks and a mail server, both real."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mooring.process.ports import LOOPBACK


@dataclass(frozen=True)
class Call:
    """One request to a hook; names of headers in lower case."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Mail:
    """One mail as it was handed over."""

    sender: str
    recipients: list[str]
    credentials: str  # the user and the password, with a colon between
    message: EmailMessage

    def part(self, kind: str) -> str:
        """The part of this content type, decoded."""
        parts = [p for p in self.message.walk() if p.get_content_type() == kind]
        return str(parts[0].get_content())


@dataclass
class Hooks:
    """What a web server has got, and where it listens."""

    port: int
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def at(self, path: str) -> list[Call]:
        """The calls of one path."""
        return [call for call in self.calls if call.path == path]


@dataclass
class Mailbox:
    """What a mail server has got, and where it listens."""

    port: int
    mails: list[Mail] = field(default_factory=list)


@contextmanager
def hooks(statuses: Mapping[str, int]) -> Iterator[Hooks]:
    """Take JSON at these paths, and answer with their status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heads = {name.lower(): value for name, value in self.headers.items()}
            found.calls.append(Call(self.path, heads, json.loads(body)))
            self.send_response(statuses.get(self.path, 404))
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        found = Hooks(server.server_address[1])
        with _serving(server):
            yield found


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Take mail by SMTP from whoever shows some credentials (RFC 5321, RFC 4954)."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 mooring.example")
            sender, recipients, credentials = "", list[str](), ""
            for line in self.rfile:
                verb, _, rest = line.decode().strip().partition(" ")
                match verb.upper():
                    case "EHLO":
                        self.say("250-mooring.example", "250 AUTH PLAIN")
                    case "AUTH":
                        told = base64.b64decode(rest.removeprefix("PLAIN "))
                        credentials = told.strip(b"\0").replace(b"\0", b":").decode()
                        self.say("235 welcome")
                    case "MAIL":
                        sender = _address(rest)
                        self.say("250 ok")
                    case "RCPT":
                        recipients.append(_address(rest))
                        self.say("250 ok")
                    case "DATA":
                        self.say("354 go on")
                        message = message_from_bytes(self.content(), policy=policy.default)
                        found.mails.append(Mail(sender, recipients, credentials, message))
                        self.say("250 taken")
                    case "QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("500 unknown")

        def say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

        def content(self) -> bytes:
            lines = iter(self.rfile.readline, b".\r\n")
            return b"".join(line.removeprefix(b".") for line in lines)

    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler) as server:
        server.daemon_threads = True
        found = Mailbox(server.server_address[1])
        with _serving(server):
            yield found


def _address(text: str) -> str:
    return text.partition("<")[2].partition(">")[0]


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
