"""The transport that a protocol writes to: closing it is the protocol's decision.

uvicorn closes a transport at once. When the peer is still sending, the kernel answers what is not
read with a reset, and that may destroy an answer on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class GentleTransport(asyncio.Transport):
    """Passes everything on, but for `close`, which it reports to `on_close`."""

    def __init__(self, inner: asyncio.Transport, on_close: Callable[[], None]) -> None:
        super().__init__()
        self._inner = inner
        self._on_close = on_close
        self.leaving = False

    def close(self) -> None:
        self._on_close()

    def is_closing(self) -> bool:
        return self.leaving or self._inner.is_closing()

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self._inner.write(data)

    def abort(self) -> None:
        self._inner.abort()

    def pause_reading(self) -> None:
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        self._inner.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)

    def close_now(self) -> None:
        """Close when everything is written."""
        self.leaving = True
        self._inner.close()

    def say_no_more(self) -> None:
        """Close our direction when everything is written, and go on receiving."""
        self.leaving = True
        if not self._inner.is_closing():
            self._inner.write_eof()
