"""Accepted rows, counted in the frozen bins of the bundle's reference.

Only what the model answered to a sender is counted: no golden sample, no row that was refused, no
filling. A prediction pays for copying its columns; those of many are counted in one pass, and
counters are brought up to date every five seconds and for each scrape.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import Bundle
from mooring.contract.wire import Packed, Wire
from mooring.drift.bins import SCORE, Binned, Counts, binned_in
from mooring.serving.gathered import Gathered

logger = logging.getLogger("bentoml.mooring")

# Requests that are copied together: after a prediction the processor has forgotten this code, but
# not yet what the last few requests held, unless it was much.
REQUESTS = 16
MANY_ROWS = 128

# Of several workers only one is scraped: the others' files are as old as this.
SECONDS = 5.0

# Two series each. Features of a contract that has more, from its end, are not counted.
MOST_BINS = 2_500

# One feature, one bin, so many more rows; and rows that could not be counted.
Publish = Callable[[str, str, int], None]
Lose = Callable[[int], None]


def binned_of(bundle: Bundle) -> tuple[Binned, ...]:
    """What is counted for a bundle, the score first; nothing for one without a reference.

    Raises ReferenceUnreadable.
    """
    if REFERENCE not in bundle.files:
        return ()
    names = (SCORE, *bundle.contract.feature_names)
    place = str(bundle.path / REFERENCE)
    binned = binned_in(bundle.files[REFERENCE], names, place=place)
    sizes = np.cumsum([len(each.bins.labels) for each in binned])
    return binned[: int((sizes <= MOST_BINS).sum())]


class BinCounts:
    """Rows of one bundle by bin: `publish` takes what has been counted since it was called last.

    Any thread may call it. A fault never reaches the caller: it is logged once, and its rows are
    told to `lose`.
    """

    def __init__(
        self,
        wire: Wire,
        binned: Sequence[Binned],
        publish: Publish,
        lose: Lose,
        seconds: float = SECONDS,
    ) -> None:
        self._wire = wire
        self._binned = tuple(binned)
        self._publish = publish
        self._lose = lose
        self._seconds = seconds
        self._lock = Lock()
        # Other threads may add to it at any time, so it is emptied one by one.
        self._kept: deque[tuple[Packed, NDArray[np.float64]]] = deque()
        self._gathered = Gathered(wire)
        self._counts = self._none()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._complained = False
        for each in self._binned:  # or the first pass would, and a request would wait for it
            each.prepare()

    @property
    def waiting(self) -> int:
        """Rows that are kept and not counted yet."""
        return self._gathered.rows + sum(packed.rows for packed, _ in tuple(self._kept))

    def keep(self, packed: Packed, predictions: NDArray[np.float64]) -> None:
        """Have rows counted soon; nobody may change them meanwhile."""
        self._kept.append((packed, predictions))
        if len(self._kept) >= REQUESTS or packed.rows >= MANY_ROWS:
            with self._lock:
                self._gather_kept()
        if self._loop is None or self._loop.is_closed():
            self._wake_later()

    def flush(self) -> None:
        """Count what is kept, and publish all."""
        with self._lock:
            self._gather_kept()
            self._count_gathered()
            fresh, self._counts = self._counts, self._none()
        for binned, counts in zip(self._binned, fresh, strict=True):
            for label, rows in zip(binned.bins.labels, counts.tolist(), strict=True):
                if rows:
                    self._publish(binned.feature, label, rows)

    def _gather_kept(self) -> None:
        while self._kept:
            packed, predictions = self._kept.popleft()
            if not self._gather(packed, predictions):
                self._count_gathered()
                if not self._gather(packed, predictions):
                    self._count(packed, predictions)

    def _gather(self, packed: Packed, predictions: NDArray[np.float64]) -> bool:
        try:
            return self._gathered.add(packed, predictions)
        except Exception:
            self._give_up(self._gathered.rows + packed.rows)
            self._gathered.clear()
            return True

    def _count_gathered(self) -> None:
        if self._gathered.rows:
            self._count(*self._gathered.packed())
            self._gathered.clear()

    def _count(self, packed: Packed, predictions: NDArray[np.float64]) -> None:
        try:
            columns = {**self._wire.named(packed), SCORE: predictions}
            counted = [each.counted(columns[each.feature]) for each in self._binned]
        except Exception:
            self._give_up(packed.rows)
            return
        for total, counts in zip(self._counts, counted, strict=True):
            total += counts

    def _give_up(self, rows: int) -> None:
        """A prediction is worth more than its place in a bin."""
        self._complain()
        self._lose(rows)

    def _complain(self) -> None:
        if not self._complained:
            logger.exception("rows could not be counted in bins; said once")
        self._complained = True

    def _none(self) -> list[Counts]:
        return [np.zeros(len(binned.bins.labels), dtype=np.int64) for binned in self._binned]

    def _wake_later(self) -> None:
        """Have the loop flush soon; where none runs, whoever reads the counters has it done."""
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._loop.call_later(self._seconds, self._wake)

    def _wake(self) -> None:
        self._loop = None
        self.flush()
