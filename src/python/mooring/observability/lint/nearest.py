"""What somebody may have meant who wrote a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache


def perhaps(name: str, known: Iterable[str]) -> str:
    """The end of a cure that names the known name which is most like `name`, if one is."""
    close = _closest(name, tuple(known))
    return f", {close} perhaps" if close else ""


# A metric that was renamed is asked for in many places.
@lru_cache(maxsize=1024)
def _closest(name: str, known: tuple[str, ...]) -> str:
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.5)), "")
