"""How good predictions are, by kind of prediction; scikit-learn does the arithmetic."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

Floats = NDArray[np.float64]

# Ten bins of equal size: with a holdout of thousands each holds hundreds of rows.
CALIBRATION_BINS = 10


def score(
    kind: Literal["probability", "number"], labels: Floats, predictions: Floats
) -> dict[str, float]:
    """Every metric of a kind; NaN where it is undefined, as AUC is with one class only, and all of
    them where a prediction is not finite.

    Probability: roc_auc, brier, log_loss, ece, base_rate, mean_prediction.
    Number: mae, rmse, r2, in the label's unit.
    """
    return _classification(labels, predictions) if kind == "probability" else _regression(
        labels, predictions
    )  # fmt: skip


def calibration_error(labels: Floats, predictions: Floats, bins: int = CALIBRATION_BINS) -> float:
    """Expected calibration error: the mean |observed − predicted| over bins of equal size.

    Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015,
    with equal-mass instead of equal-width bins.

    >>> calibration_error(np.array([0.0, 1.0]), np.array([0.25, 0.75]), bins=2)
    0.25
    """
    order = np.argsort(predictions, kind="stable")
    observed = np.array_split(labels[order], bins)
    predicted = np.array_split(predictions[order], bins)
    gaps = [
        len(y) * abs(y.mean() - p.mean())
        for y, p in zip(observed, predicted, strict=True)
        if len(y)
    ]
    return float(sum(gaps) / len(labels)) if len(labels) else math.nan


def _classification(labels: Floats, predictions: Floats) -> dict[str, float]:
    if len(labels) == 0 or not np.isfinite(predictions).all():
        names = ("roc_auc", "brier", "log_loss", "ece", "base_rate", "mean_prediction")
        return dict.fromkeys(names, math.nan)
    both = len(np.unique(labels)) == 2
    return {
        "roc_auc": float(metrics.roc_auc_score(labels, predictions)) if both else math.nan,
        "brier": float(np.mean((labels - predictions) ** 2)),
        "log_loss": float(metrics.log_loss(labels, predictions, labels=[0.0, 1.0])),
        "ece": calibration_error(labels, predictions),
        "base_rate": float(labels.mean()),
        "mean_prediction": float(predictions.mean()),
    }


def _regression(labels: Floats, predictions: Floats) -> dict[str, float]:
    if len(labels) < 2 or not np.isfinite(predictions).all():
        return dict.fromkeys(("mae", "rmse", "r2"), math.nan)
    return {
        "mae": float(metrics.mean_absolute_error(labels, predictions)),
        "rmse": float(metrics.root_mean_squared_error(labels, predictions)),
        "r2": float(metrics.r2_score(labels, predictions)),
    }
