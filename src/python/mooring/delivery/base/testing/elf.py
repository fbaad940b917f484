"""What a program or library says of itself: for which machine it is, and what it needs (ELF-64,
little-endian, as both platforms have it).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\x7fELF\x02\x01"
MACHINES = {62: "amd64", 183: "arm64"}

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NEEDED, _DT_STRTAB, _DT_RPATH, _DT_RUNPATH = 1, 5, 15, 29
_NAMES = (_DT_NEEDED, _DT_RPATH, _DT_RUNPATH)


@dataclass(frozen=True)
class Elf:
    """`needed` holds sonames; `interpreter` and `rpath` are empty where there is none."""

    machine: str
    needed: tuple[str, ...]
    interpreter: str
    rpath: str


@dataclass(frozen=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


def read_elf(content: bytes) -> Elf | None:
    """Parse a file; None when it is no ELF file."""
    if not content.startswith(MAGIC):
        return None
    (machine,) = struct.unpack_from("<H", content, 18)
    segments = list(_segments(content))
    dynamic = list(_dynamic(content, segments))
    strings = next((_at(segments, v) for tag, v in dynamic if tag == _DT_STRTAB), 0)
    named = [(tag, _text(content, strings + value)) for tag, value in dynamic if tag in _NAMES]
    needed = tuple(name for tag, name in named if tag == _DT_NEEDED)
    rpath = ":".join(name for tag, name in named if tag != _DT_NEEDED)
    interpreter = next((_text(content, s.offset) for s in segments if s.kind == _PT_INTERP), "")
    return Elf(MACHINES.get(machine, str(machine)), needed, interpreter, rpath)


def _segments(content: bytes) -> Iterator[_Segment]:
    (start,) = struct.unpack_from("<Q", content, 32)
    size, number = struct.unpack_from("<HH", content, 54)
    for at in range(start, start + size * number, size):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", content, at)
        yield _Segment(kind, offset, address, length)


def _dynamic(content: bytes, segments: list[_Segment]) -> Iterator[tuple[int, int]]:
    for segment in (s for s in segments if s.kind == _PT_DYNAMIC):
        yield from struct.iter_unpack("<QQ", content[segment.offset :][: segment.size])


def _at(segments: list[_Segment], address: int) -> int:
    """Where in the file an address lies."""
    loaded = (s for s in segments if s.kind == _PT_LOAD)
    home = next(s for s in loaded if s.address <= address < s.address + s.size)
    return address - home.address + home.offset


def _text(content: bytes, at: int) -> str:
    return content[at : content.index(b"\0", at)].decode(errors="replace")
