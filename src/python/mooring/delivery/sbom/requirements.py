"""A requirements-style lock with hashes, as far as a bill of materials needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?==(?P<version>[^\s;]+)")
_SHA256 = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_SEPARATORS = re.compile(r"[-_.]+")


def normalized(name: str) -> str:
    """A distribution's name as package indexes compare it (PEP 503).

    >>> normalized("Prometheus_Client")
    'prometheus-client'
    """
    return _SEPARATORS.sub("-", name).lower()


def hashes_of(lock_text: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The sha256 of each file that may be installed, by normalised name and version."""
    return dict(_pins(lock_text))


def _pins(lock_text: str) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    for line in lock_text.replace("\\\n", " ").splitlines():
        match = _PINNED.match(line.strip())
        if match:
            hashes = tuple(sorted(_SHA256.findall(line)))
            yield (normalized(match["name"]), match["version"]), hashes
