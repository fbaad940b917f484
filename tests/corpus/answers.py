"""Reading answers off a connection, by a parser of its own and without any pardon."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

import httptools

_PATIENCE_SECONDS = 20.0


@dataclass
class Answered:
    """One response."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False


class Answers:
    """What came back so far; `closed` when the other side has ended the connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._parser = httptools.HttpResponseParser(self)
        self.all: list[Answered] = []
        self.closed = False
        connection.settimeout(_PATIENCE_SECONDS)

    @property
    def statuses(self) -> list[int]:
        return [each.status for each in self.all]

    def read(self, count: int) -> None:
        """Read until so many answers are complete, or the connection ends."""
        while not self.closed and sum(each.complete for each in self.all) < count:
            self._receive()

    def read_all(self) -> None:
        """Read until the connection ends."""
        while not self.closed:
            self._receive()

    def _receive(self) -> None:
        data = self._connection.recv(65_536)
        if data:
            self._parser.feed_data(data)
        self.closed = not data

    # What the parser found

    def on_message_begin(self) -> None:
        self.all.append(Answered())

    def on_header(self, name: bytes, value: bytes) -> None:
        self.all[-1].headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self.all[-1].status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self.all[-1].body += body

    def on_message_complete(self) -> None:
        self.all[-1].complete = True
