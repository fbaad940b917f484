"""Where the routing document comes from: a file that somebody else replaces."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass
from pathlib import Path

from mooring.contract.routing import Routing
from mooring.gateway.errors import BadRouting
from mooring.gateway.traffic.copy import LastGood
from mooring.gateway.traffic.document import parse_routing, read_document
from mooring.gateway.traffic.patience import in_background

# A shared folder that does not answer within this time is as good as missing.
_START_SECONDS = 5.0

# A file that was changed less than this ago may change again without another time, size or inode.
_UNSETTLED_NS = 2_000_000_000

Mark = tuple[int, int, int]


@dataclass(frozen=True)
class Found:
    """A sound document, and the bytes that it was read from."""

    routing: Routing
    document: bytes


@dataclass(frozen=True)
class Start:
    """What a gateway starts with; `problem` says why that is only the copy."""

    routing: Routing
    document: bytes | None = None
    problem: BadRouting | None = None


class Source:
    """Looks at the file and reads it when it has changed. Call it from one thread at a time."""

    def __init__(self, path: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self.path = path
        self._now_ns = now_ns
        self.mark: Mark | None = None
        self._looked = False

    def look(self, again: bool = False) -> Found | None:
        """The document if it may have changed, or anyway. Raises BadRouting."""
        mark = _mark(self.path)
        if self._looked and not again and mark == self.mark and self._is_settled(mark):
            return None
        self.mark, self._looked = mark, True
        document = read_document(self.path)
        return Found(parse_routing(document, self.path), document)

    def _is_settled(self, mark: Mark | None) -> bool:
        return mark is None or self._now_ns() - mark[0] > _UNSETTLED_NS


def start(path: Path, copy: LastGood) -> Start:
    """What to start with: the document, or else the last good one. Raises BadRouting."""
    try:
        found = in_background(Source(path).look).result(_START_SECONDS)
        if found is None:
            raise AssertionError("a first look always finds")
        return Start(found.routing, found.document)
    except OutOfTime:
        return _copied(copy, BadRouting("it cannot be read in time", place=str(path)))
    except BadRouting as problem:
        return _copied(copy, problem)


def _copied(copy: LastGood, problem: BadRouting) -> Start:
    try:
        return Start(copy.read(), problem=problem)
    except BadRouting:
        # Where there never was a copy, the document is what the operator has to mend.
        raise problem from None


def _mark(path: Path) -> Mark | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)
