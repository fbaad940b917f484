"""Accepted rows, counted in the frozen bins of the bundle's reference.

Only what the model answered to a sender is counted: no golden sample, no row that was refused, no
filling. A prediction pays for keeping its columns, by reference; they are counted together, in one
pass, and counters are brought up to date once a second and for each scrape.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import Bundle
from mooring.contract.columns import Columns
from mooring.drift.bins import SCORE, Binned, Counts, binned_in

logger = logging.getLogger("bentoml.mooring")

# A pass over fifteen features costs 80 µs even for one row, and some 4 µs a row when shared by so
# many requests of one; their columns are some 100 KiB.
ROWS_A_PASS = 512

# Of several workers only one is scraped: the others' files are as old as this.
SECONDS = 1.0

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

    def __init__(self, binned: Sequence[Binned], publish: Publish, lose: Lose) -> None:
        self._binned = tuple(binned)
        self._publish = publish
        self._lose = lose
        self._lock = Lock()
        self._kept: list[tuple[Columns, NDArray[np.float64]]] = []
        self._rows = 0
        self._counts = self._none()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._complained = False

    @property
    def waiting(self) -> int:
        """Rows that are kept and not counted yet."""
        return self._rows

    def keep(self, columns: Columns, predictions: NDArray[np.float64]) -> None:
        """Have rows counted soon; nobody may change them meanwhile."""
        with self._lock:
            self._kept.append((columns, predictions))
            self._rows += len(predictions)
            if self._rows >= ROWS_A_PASS:
                self._count()
        self._wake_later()

    def flush(self) -> None:
        """Count what is kept, and publish all."""
        with self._lock:
            self._count()
            fresh, self._counts = self._counts, self._none()
        for binned, counts in zip(self._binned, fresh, strict=True):
            for label, rows in zip(binned.bins.labels, counts.tolist(), strict=True):
                if rows:
                    self._publish(binned.feature, label, rows)

    def _count(self) -> None:
        kept, rows = self._kept, self._rows
        self._kept, self._rows = [], 0
        if not kept:
            return
        try:
            columns = _columns(kept)
            counted = [each.bins.counts(columns[each.feature]) for each in self._binned]
        except Exception:  # a prediction is worth more than its place in a bin
            self._complain()
            self._lose(rows)
            return
        for total, counts in zip(self._counts, counted, strict=True):
            total += counts

    def _complain(self) -> None:
        if not self._complained:
            logger.exception("rows could not be counted in bins; said once")
        self._complained = True

    def _none(self) -> list[Counts]:
        return [np.zeros(len(binned.bins.labels), dtype=np.int64) for binned in self._binned]

    def _wake_later(self) -> None:
        """Have the loop flush soon; where none runs, whoever reads the counters has it done."""
        if self._loop is not None and not self._loop.is_closed():
            return
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._loop.call_later(SECONDS, self._wake)

    def _wake(self) -> None:
        self._loop = None
        self.flush()


def _columns(kept: Sequence[tuple[Columns, NDArray[np.float64]]]) -> Columns:
    """What is kept, below each other, and the predictions beside it."""
    parts, predictions = zip(*kept, strict=True)
    if len(parts) == 1:
        return {**parts[0], SCORE: predictions[0]}
    columns = {n: np.concatenate([part[n] for part in parts]) for n in parts[0]}
    return {**columns, SCORE: np.concatenate(predictions)}
