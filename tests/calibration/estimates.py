"""What the champion's chances expected of each month of the real year, and what came.

The champion and what its chances are worth stay as they were in its holdout's seventeen days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from mooring.drift.estimate import Calibration, expected
from tests.calibration.clustered import REFERENCE
from tests.calibration.days import Floats, answers, dates_after

MEASURES = ("base_rate", "log_loss", "brier", "roc_auc")


@dataclass(frozen=True)
class Month:
    """By measure, what was expected and what came."""

    name: str
    rows: int
    expected: Mapping[str, float]
    realised: Mapping[str, float]


def months() -> list[Month]:
    """Of the flights after the holdout."""
    rows = answers()
    month = np.array([date[:7] for date in dates_after()])[rows.day]
    held, later = rows.day < REFERENCE, rows.day >= REFERENCE
    calibration = Calibration.of(rows.scores[held], rows.labels[held])
    return [_month(name, calibration, later & (month == name)) for name in np.unique(month[later])]


def _month(name: str, calibration: Calibration, chosen: NDArray[np.bool_]) -> Month:
    scores, labels = answers().scores[chosen], answers().labels[chosen]
    chances = calibration.chance(scores)
    return Month(str(name), len(scores), expected(scores, chances), realised(scores, labels))


def realised(scores: Floats, labels: Floats) -> dict[str, float]:
    """What labels say."""
    return {
        "base_rate": float(labels.mean()),
        "log_loss": float(log_loss(labels, scores)),
        "brier": float(brier_score_loss(labels, scores)),
        "roc_auc": float(roc_auc_score(labels, scores)),
    }
