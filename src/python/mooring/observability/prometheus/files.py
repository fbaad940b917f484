"""The files under deploy/ that this package writes."""

from __future__ import annotations


def files() -> dict[str, str]:
    """Texts by their paths from the root of the repository."""
    return {}
