"""Whether predictions are such that a caller may have them."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from mooring.contract.contract import Prediction


def fault_in(values: NDArray[np.float64], prediction: Prediction) -> str:
    """What is wrong with predictions of shape (n,), n ≥ 1; empty when they are sound."""
    # NaN passes through both; but for one value, the usual number, they cost five times as much.
    low, high = (values.min(), values.max()) if len(values) > 1 else (values[0], values[0])
    if not (isfinite(low) and isfinite(high)):
        return "a prediction is not finite"
    if prediction.kind == "probability" and not (low >= 0.0 and high <= 1.0):
        return "a probability is outside 0 to 1"
    return ""
