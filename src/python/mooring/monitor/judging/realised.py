"""What a window's answers turned out to be worth, from sums and cells of its days."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from mooring.drift.outcomes import NAMES
from mooring.evaluation.metrics import CALIBRATION_BINS
from mooring.monitor.judging.cells import NEGATIVE, POSITIVE, centres
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.resampling import bounds, draws
from mooring.monitor.judging.summary import DaySummary

Floats = NDArray[np.float64]

# Multiplicities of shape (resamples, days) to a measure of each resample.
Resampled = Callable[[Floats], Floats]


def realised(kind: str, days: Sequence[DaySummary]) -> Mapping[str, Measure]:
    """The measures of labelled rows, each within the interval that drawing whole days gives.

    Probability: auc, brier, log_loss, and ece without an interval, since resampling only widens
    the gaps that it adds up. Number: mae, rmse, r2, in the label's unit. brier, log_loss, mae, rmse
    and r2 are those of the rows; auc and ece take rows of a cell for equal, which moves the auc by
    at most half the share of pairs, a positive row and a negative one, that one cell holds.
    """
    held = [day for day in days if day.outcomes.rows]
    if not held:
        return {}
    # A label may be as large as a float: of what overflows nothing is known.
    with np.errstate(over="ignore", invalid="ignore"):
        measures = _probability(held) if kind == "probability" else _number(held)
        found = {name: _within(measure, len(held)) for name, measure in measures.items()}
    if kind == "probability":
        table = np.sum([day.cells.table() for day in held], axis=0)
        found["ece"] = Measure(calibration_error(table[POSITIVE], table[NEGATIVE]))
    return found


def _within(measure: Resampled, days: int) -> Measure:
    value = float(measure(np.ones((1, days)))[0])
    return Measure(value, *bounds(measure(draws(days)), days))


def _probability(days: Sequence[DaySummary]) -> dict[str, Resampled]:
    sums = _sums(days)
    return {
        "auc": _auc(days),
        "brier": _mean(sums["squared"], sums["rows"]),
        "log_loss": _mean(sums["loss"], sums["rows"]),
    }


def _number(days: Sequence[DaySummary]) -> dict[str, Resampled]:
    sums = _sums(days)
    mean_square = _mean(sums["squared"], sums["rows"])
    return {
        "mae": _mean(sums["loss"], sums["rows"]),
        "rmse": lambda drawn: np.sqrt(mean_square(drawn)),
        "r2": _r2(sums),
    }


def _sums(days: Sequence[DaySummary]) -> dict[str, Floats]:
    """Each sum by day, shape (days,)."""
    columns = np.array([astuple(day.outcomes) for day in days], dtype=np.float64).T
    return dict(zip(NAMES, columns, strict=True))


def _mean(sums: Floats, rows: Floats) -> Resampled:
    return lambda drawn: np.asarray((drawn @ sums) / (drawn @ rows))


def _r2(sums: Mapping[str, Floats]) -> Resampled:
    """1 − Σe² / (Σy² − (Σy)²/n), of labels around their mean, so that little is lost in between."""
    centre = sums["label"].sum() / sums["rows"].sum()
    total = sums["label"] - centre * sums["rows"]
    squares = sums["label_squared"] - centre * (sums["label"] + total)

    def r2(drawn: Floats) -> Floats:
        spread = drawn @ squares - (drawn @ total) ** 2 / (drawn @ sums["rows"])
        unexplained = np.full(len(drawn), math.nan)
        np.divide(drawn @ sums["squared"], spread, out=unexplained, where=spread > 0)
        return np.asarray(1.0 - unexplained)

    return r2


def _auc(days: Sequence[DaySummary]) -> Resampled:
    """mᵀWm / (m·P)(m·N), W[g, h] the wins of day g's positives over h's negatives (Obuchowski,
    "Nonparametric analysis of clustered ROC curve data", 1997); a tie counts half.
    """
    tables = np.array([day.cells.table() for day in days], dtype=np.float64)
    positive, negative = tables[:, POSITIVE], tables[:, NEGATIVE]
    wins = positive @ (np.cumsum(negative, axis=1) - negative / 2.0).T
    positives, negatives = positive.sum(axis=1), negative.sum(axis=1)

    def auc(drawn: Floats) -> Floats:
        won = np.einsum("rg,rg->r", drawn @ wins, drawn)
        pairs = (drawn @ positives) * (drawn @ negatives)
        found = np.full(len(drawn), math.nan)
        return np.asarray(np.divide(won, pairs, out=found, where=pairs > 0))

    return auc


def calibration_error(positives: NDArray[np.float64 | np.int64], negatives: Floats) -> float:
    """Expected calibration error of rows by cell, shape (cells,): as in `evaluation.metrics`, the
    mean |observed − predicted| over ten bins of equal size. A bin's end may divide a cell.
    """
    rows = np.asarray(positives + negatives, dtype=np.float64)
    if not rows.sum():
        return math.nan
    reached = np.concatenate([[0.0], np.cumsum(rows)])
    apart = np.concatenate([[0.0], np.cumsum(positives - rows * centres())])
    ends = np.interp(np.linspace(0.0, reached[-1], CALIBRATION_BINS + 1), reached, apart)
    return float(np.abs(np.diff(ends)).sum() / reached[-1])
