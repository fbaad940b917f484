"""What the writer tells the gateway: fixed-size notices, the other way through the same socket."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

_NOTICE = struct.Struct("<BQ")


class Says(IntEnum):
    """What a notice is about, and what its number means."""

    DURABLE = 1  # every frame up to this sequence number survives a power cut
    REFUSED = 2  # the disk refuses, with this errno; the writer tries again


@dataclass(frozen=True)
class Notice:
    """One notice."""

    says: Says
    number: int

    def encode(self) -> bytes:
        """The notice as bytes."""
        return _NOTICE.pack(self.says.value, self.number)


class NoticeBuffer:
    """Notices out of a stream of bytes that arrives in parts."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, part: bytes) -> list[Notice]:
        """Add a part, take the notices that are complete."""
        self._held += part
        whole = len(self._held) // _NOTICE.size * _NOTICE.size
        notices = [Notice(Says(s), n) for s, n in _NOTICE.iter_unpack(self._held[:whole])]
        self._held = self._held[whole:]
        return notices
