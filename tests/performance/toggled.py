"""The service of `flight_delay` that stops and starts counting in bins when SIGUSR1 comes.

For `tests.performance.bin_counting`: two processes of one program differ by more than what is to be
measured there. It publishes as often as ever, though only when it stops counting, so that all that
counting takes falls into the time in which it counts.
"""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Any

from mooring.contract.wire import Packed
from mooring.serving.counting import SECONDS, BinCounts
from mooring.serving.service import model_service


class Toggled:
    """Stands before the counts of this process."""

    def __init__(self) -> None:
        self._counting = True
        self._counts: BinCounts | None = None
        self._published = time.monotonic()
        self._keep = BinCounts.keep

    def keep(self, counts: BinCounts, packed: Packed, predictions: Any) -> None:
        """Have rows counted, or not."""
        self._counts = counts
        if self._counting:
            self._keep(counts, packed, predictions)

    def toggle(self, number: int, frame: FrameType | None) -> None:
        """Do the other from now on."""
        self._counting = not self._counting
        due = time.monotonic() > self._published + SECONDS
        if self._counts is not None and due and not self._counting:
            self._counts.flush()
            self._published = time.monotonic()


toggled = Toggled()
signal.signal(signal.SIGUSR1, toggled.toggle)
setattr(BinCounts, "keep", lambda *given: toggled.keep(*given))  # noqa: B010, mypy takes no other
setattr(BinCounts, "_wake_later", lambda counts: None)  # noqa: B010

FlightDelay = model_service("flight_delay")
