"""Frames: what a segment is made of, and what travels from the gateway to its writer.

    crc32    uint32   of everything that follows it
    length   uint32   of the payload
    sequence uint64   counts the frames of one gateway process, from 1
    context  uint64   which context its rows belong to (see `context`)
    rows     uint32
    kind     uint8    1 context, 2 rows, 3 end of a sealed segment
    payload  JSON

All numbers are little-endian. The checksum covers the head too, so a frame is recognised whole or
not at all: a tail that a crash tore, a run of zeros after a power cut, a flipped bit.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from mooring.predictionlog.errors import BrokenFrame

MAGIC = b"MOORLOG1"

_HEAD = struct.Struct("<IIQQIB")
_CHECKED = struct.Struct("<IQQIB")
HEAD_BYTES = _HEAD.size

# Far above what is written (a frame has at most 256 rows); a length beyond it is a damaged head,
# found before memory is taken for it.
LONGEST_PAYLOAD = 64 * 1_048_576


class Kind(IntEnum):
    """What a frame's payload is."""

    CONTEXT = 1
    ROWS = 2
    END = 3


@dataclass(frozen=True)
class Frame:
    """One frame; `payload` is JSON, `rows` says how many records it holds."""

    kind: Kind
    payload: bytes
    sequence: int = 0
    context: int = 0
    rows: int = 0

    def encode(self) -> bytes:
        """The frame as bytes."""
        head = _CHECKED.pack(
            len(self.payload), self.sequence, self.context, self.rows, self.kind.value
        )
        checksum = zlib.crc32(self.payload, zlib.crc32(head))
        return checksum.to_bytes(4, "little") + head + self.payload

    @property
    def size(self) -> int:
        """Bytes of the encoded frame."""
        return HEAD_BYTES + len(self.payload)


class FrameBuffer:
    """Frames out of a stream of bytes that arrives in parts."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def held(self) -> int:
        """Bytes that are no whole frame yet."""
        return len(self._held)

    def feed(self, part: bytes) -> list[Frame]:
        """Add a part, take the frames that are complete. Raises BrokenFrame."""
        self._held += part
        frames, offset = [], 0
        while (frame := _frame_at(self._held, offset)) is not None:
            frames.append(frame)
            offset += frame.size
        del self._held[:offset]
        return frames


def read_frames(read: Callable[[int], bytes]) -> Iterator[Frame]:
    """Read frames until the end of a file, one in memory at a time. Raises BrokenFrame."""
    while head := read(HEAD_BYTES):
        if len(head) < HEAD_BYTES:
            raise BrokenFrame("it ends inside a frame's head", torn=True)
        length = _length_in(head)
        payload = read(length)
        if len(payload) < length:
            raise BrokenFrame("it ends inside a frame", torn=True)
        yield _checked(head, payload)


def _frame_at(held: bytearray, offset: int) -> Frame | None:
    head = bytes(held[offset : offset + HEAD_BYTES])
    if len(head) < HEAD_BYTES:
        return None
    start = offset + HEAD_BYTES
    end = start + _length_in(head)
    return _checked(head, bytes(held[start:end])) if len(held) >= end else None


def _length_in(head: bytes) -> int:
    length = int.from_bytes(head[4:8], "little")
    if length > LONGEST_PAYLOAD:
        raise BrokenFrame(f"a frame claims to be longer than {LONGEST_PAYLOAD} bytes")
    return length


def _checked(head: bytes, payload: bytes) -> Frame:
    checksum, _, sequence, context, rows, kind = _HEAD.unpack(head)
    if zlib.crc32(payload, zlib.crc32(head[4:])) != checksum:
        raise BrokenFrame("a frame's checksum is wrong")
    try:
        return Frame(Kind(kind), payload, sequence, context, rows)
    except ValueError:
        raise BrokenFrame("a frame is of a kind that a newer version writes") from None
