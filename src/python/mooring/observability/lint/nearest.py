"""What somebody may have meant who wrote a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

# Titles and labels are shorter, names of metrics longer.
LONG_NAME = 20


def perhaps(name: str, known: Iterable[str]) -> str:
    """The end of a cure that names the known name which is most like `name`, if one is."""
    close = _closest(name, tuple(known))
    return f", {close} perhaps" if close else ""


# A metric that was renamed is asked for in many places.
@lru_cache(maxsize=1024)
def _closest(name: str, known: tuple[str, ...]) -> str:
    # All metrics are somewhat alike; comparing a long name with most of them takes a second.
    likeness = 0.8 if len(name) > LONG_NAME else 0.5
    return next(iter(get_close_matches(name, known, n=1, cutoff=likeness)), "")
