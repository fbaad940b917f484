"""What a day's predictions expect of themselves: sums over all rows, with a label or without."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from mooring.drift.curve import ChanceCurve, ErrorCurve


@dataclass(frozen=True)
class Forecast:
    """Sums over rows of prediction p: of p and p², and of the loss and the squared error that the
    reference's curve expects of it (log loss in nats, or absolute error).
    """

    rows: float = 0.0
    predicted: float = 0.0
    predicted_squared: float = 0.0
    loss: float = 0.0
    squared: float = 0.0

    @classmethod
    def of(cls, curve: ChanceCurve | ErrorCurve, predictions: ArrayLike) -> Self:
        """Of predictions of shape (n,), all finite."""
        p = np.asarray(predictions, dtype=np.float64)
        return cls(*(float(each.sum()) for each in (np.ones_like(p), p, p**2, *curve.expected(p))))

    def __add__(self, other: Forecast) -> Forecast:
        """Of both rows."""
        return Forecast(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))
