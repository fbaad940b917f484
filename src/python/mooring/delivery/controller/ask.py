"""One question over HTTP to a process of ours, with a time limit."""

from __future__ import annotations

import urllib.request
from http.client import HTTPException

# Who takes longer is as good as silent; the next look is soon.
_SECONDS = 2.0
# Several times what the largest gateway exposes.
_MOST_BYTES = 8 * 1_048_576


def ask(url: str) -> str:
    """The answer, if its status says that all is well. Raises ValueError, which says why not."""
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310, it is a Url
            content: bytes = answer.read(_MOST_BYTES)
            return content.decode()
    except (OSError, HTTPException) as error:
        raise ValueError(str(error) or type(error).__name__) from None
