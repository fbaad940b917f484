"""The HTTP protocol class: uvicorn's on httptools, with a bound on the size of request heads.

The parser itself has none, and collects a header without end into memory. ASGI middleware comes too
late for that: it is called when the head is complete.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Room for long cookies and tokens; what other servers allow, too.
LONGEST_HEAD = 16 * 1024

_BODY = (
    b'{"type":"urn:mooring:problem:malformed-http","title":"Not an acceptable HTTP request",'
    b'"status":400,"detail":"The request head is malformed or longer than 16384 bytes."}'
)
_REFUSAL = b"\r\n".join(
    (
        b"HTTP/1.1 400 Bad Request",
        b"content-type: application/problem+json",
        b"content-length: " + str(len(_BODY)).encode(),
        b"connection: close",
        b"",
        _BODY,
    )
)


class HeadTooLong(Exception):
    """Raised inside the parser, which turns it into a refusal of the request."""


class BoundedHeadProtocol(HttpToolsProtocol):
    """Refuses a request whose head, complete or not, is longer than `LONGEST_HEAD`."""

    _in_head = True
    _head_bytes = 0  # of the complete lines
    _pending_bytes = 0  # received while the head is incomplete

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._pending_bytes += len(data)
            if self._pending_bytes > LONGEST_HEAD:
                self.send_400_response("head too long")

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes, self._pending_bytes = True, 0, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._grow(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self.transport.write(_REFUSAL)
        self.transport.close()

    def _grow(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > LONGEST_HEAD:
            raise HeadTooLong
