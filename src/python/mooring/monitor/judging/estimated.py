"""What a window's answers should be worth by themselves, before labels come.

Chances: confidence-based performance estimation, with the chances that the reference's curve gives
to scores. Numbers: direct loss estimation, with the size of errors that it had for such
predictions. **Neither can see concept drift or a shift of the base rate**: both take for granted
that a score means what it meant. What they follow is a shift of the inputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mooring.drift.curve import ChanceCurve
from mooring.drift.outcomes import Outcomes
from mooring.drift.reference import Reference
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.ranked import ranked
from mooring.monitor.judging.resampling import bounds, draws
from mooring.monitor.judging.summary import DaySummary

Floats = NDArray[np.float64]


def estimated(reference: Reference, days: Sequence[DaySummary]) -> Mapping[str, Measure]:
    """The measures of `realised` that are to be expected of all rows, labelled or not.

    Bands are of 95 %, for what labels of these days may show if a score means what it meant. For
    mean losses: how far the realised loss lay from the expected one on so many days of the
    reference, the reference's own error, and which days the window holds. For auc and ece: labels
    drawn by the chances, moved on each day as on one of the reference. Without bands below
    five days of reference; nothing without its outcomes.
    """
    held = [day for day in days if day.forecast.rows]
    if reference.outcomes is None or not held:
        return {}
    absolute = _loss("loss", reference.outcomes, held)
    square = _loss("squared", reference.outcomes, held)
    if isinstance(reference.outcomes.curve, ChanceCurve):
        return {"log_loss": absolute, "brier": square, **ranked(reference, held)}
    return {"mae": absolute, "rmse": _root(square), "r2": _explained(square, held)}


def _loss(name: str, outcomes: Outcomes, days: Sequence[DaySummary]) -> Measure:
    """A mean loss, and its band: never below 0."""
    expected = np.array([getattr(day.forecast, name) for day in days])
    rows = np.array([day.forecast.rows for day in days])
    value = float(expected.sum() / rows.sum())
    off = np.array(outcomes.sums[name]) - np.array(outcomes.sums[f"expected_{name}"])
    then = np.array(outcomes.sums["rows"])
    later = _mean(draws(len(then), len(days)), off, then)
    learned = _mean(draws(len(then), salt=1), off, then)
    others = _mean(draws(len(days), salt=2), expected, rows)
    spread = later - learned + off.sum() / then.sum() + others
    lower, upper = bounds(spread, len(then))
    return Measure(value, max(lower, 0.0), upper)


def _mean(drawn: Floats, sums: Floats, rows: Floats) -> Floats:
    return np.asarray((drawn @ sums) / (drawn @ rows))


def _root(square: Measure) -> Measure:
    return Measure(*(math.sqrt(each) for each in (square.value, square.lower, square.upper)))


def _explained(square: Measure, days: Sequence[DaySummary]) -> Measure:
    """1 − E e² / Var y, where Var y = Var p + E e²: errors that no prediction tells go along with
    none.
    """
    rows, p, p_squared = (
        sum(getattr(day.forecast, name) for day in days)
        for name in ("rows", "predicted", "predicted_squared")
    )
    spread = max(p_squared / rows - (p / rows) ** 2, 0.0)

    def explained(error: float) -> float:
        return spread / (spread + error) if spread + error > 0 else math.nan

    return Measure(explained(square.value), explained(square.upper), explained(square.lower))
