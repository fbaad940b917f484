"""How much may be asked a second time: a share of what is asked at all.

Each request earns a tenth of a request. So what is asked again is at most a tenth of all requests
and the `most` that can be saved up, however badly the model service fares.
"""

from __future__ import annotations

_SHARE = 0.1


class Allowance:
    """Requests that may still be asked again. It begins full, so that the first trouble is met."""

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._saved = self._most
        self._reserved = 0

    @property
    def left(self) -> int:
        """How many requests could be asked again besides those that are reserved."""
        return int(self._saved) - self._reserved

    def earn(self) -> None:
        """One request is asked for the first time."""
        self._saved = min(self._saved + _SHARE, self._most)

    def reserve(self, requests: int) -> None:
        """So many are under way that may have to be asked again; no more than are `left`."""
        self._reserved += requests

    def release(self, requests: int) -> None:
        """They are no longer under way."""
        self._reserved -= requests

    def spend(self, requests: int) -> None:
        """So many are asked again."""
        self._saved -= requests
