"""What is a bug of the data rather than drift: it blocks a retrain and never asks for one.

A model that is trained on rows in another unit, or on gaps, learns the bug. What the contract can
judge - types, ranges, closed categories - the gateway refuses and counts; here is what gets past.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np

from mooring.drift.bins import Bins, CategoryBins, Counts
from mooring.drift.clustered import compare
from mooring.drift.reference import BlockedBins

Kind = Literal["unit", "missing", "category"]

# By how much the share of rows has to rise above the reference's. A unit moves nearly all rows into
# an open end; a feed that fails, or names that nobody knows, need not concern all of them.
LEAST_RISE: Mapping[Kind, float] = {"unit": 0.5, "missing": 0.1, "category": 0.1}

# A share of fewer rows is no share; one as large by chance comes in 27 years of days.
LEAST_ROWS = 100
LEVEL = 1e-4


def broken(feature: BlockedBins, window: Counts, *, seasonal: bool) -> frozenset[Kind]:
    """The bugs that a feature shows in counts by block and bin, shape (d, B); a block may be a day
    that has only begun.

    - `missing`: null where there were values.
    - `category`: names that the reference does not hold, of open categories.
    - `unit`: numbers that have left the reference to one side. Not for a seasonal feature, whose
      summer does the same to a reference of March.
    """
    if window.sum() < LEAST_ROWS:
        return frozenset()
    return frozenset(
        kind
        for kind, code in _suspects(feature.bins, seasonal)
        if _rises(feature, np.atleast_2d(window), code, LEAST_RISE[kind])
    )


def _suspects(bins: Bins, seasonal: bool) -> Iterator[tuple[Kind, int]]:
    """Each kind of bug with the code of a bin that it fills."""
    yield "missing", len(bins.labels) - 1
    if isinstance(bins, CategoryBins):
        if bins.rare is not None:
            yield "category", len(bins.categories)
    elif not seasonal:
        for end in bins.open_ends:
            yield "unit", end


def _rises(reference: BlockedBins, window: Counts, code: int, least: float) -> bool:
    # Seldom is more asked than this, of every feature and day.
    share = reference.rows[code] / max(1, sum(reference.rows))
    if window[:, code].sum() / window.sum() - share < least:
        return False
    found = compare(_in_or_out(reference.counts, code), _in_or_out(window, code))
    return not found.testable or found.p_value(0.0) < LEVEL


def _in_or_out(counts: Counts, code: int) -> Counts:
    inside = counts[:, code]
    return np.stack([inside, counts.sum(axis=1) - inside], axis=1)
