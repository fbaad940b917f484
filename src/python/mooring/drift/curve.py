"""How large a loss was to be expected, by what was predicted: frozen with a reference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, Field, model_validator

from mooring.drift.bins import FROZEN
from mooring.drift.estimate import Calibration, Floats, bounded, log_losses, squared_errors

# Means of a number's error are taken over so many parts of equal size, of so many rows at least.
_PARTS, _LEAST_PART = 20, 30

_DIGITS = 10


class ChanceCurve(BaseModel):
    """How often rows of a score were positive; straight lines between the points."""

    model_config = FROZEN

    kind: Literal["probability"] = "probability"
    scores: tuple[float, ...] = Field(min_length=1)
    chances: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        _check_points(self.scores, self.chances)
        return self

    @classmethod
    def of(cls, predictions: ArrayLike, labels: ArrayLike) -> Self:
        """Isotonic regression of labels on predictions, both of shape (n,)."""
        fitted = Calibration.of(predictions, labels)
        return cls(scores=rounded(fitted.scores), chances=rounded(fitted.chances))

    @property
    def calibration(self) -> Calibration:
        """The same as arrays."""
        return Calibration(np.array(self.scores), np.array(self.chances))

    def losses(self, predictions: Floats, labels: Floats) -> tuple[Floats, Floats]:
        """Log loss, in nats, and squared error of each row."""
        return log_losses(predictions, labels), squared_errors(predictions, labels)

    def expected(self, predictions: Floats) -> tuple[Floats, Floats]:
        """The means of both over labels that follow the curve."""
        chances = self.calibration.chance(predictions)
        return log_losses(predictions, chances), squared_errors(predictions, chances)

    def excess(self, predictions: Floats, labels: Floats) -> Floats:
        """Log loss beyond what the model's own chance expects, (p − y) · ln(p / (1 − p))."""
        p = bounded(predictions)
        return np.asarray((p - labels) * np.log(p / (1.0 - p)))


class ErrorCurve(BaseModel):
    """How large the errors of a number were, by what was predicted; straight lines between the
    points. In the unit of the label, and in its square.
    """

    model_config = FROZEN

    kind: Literal["number"] = "number"
    scores: tuple[float, ...] = Field(min_length=1)
    absolute: tuple[float, ...] = Field(min_length=1)
    squared: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        _check_points(self.scores, self.absolute, self.squared)
        return self

    @classmethod
    def of(cls, predictions: ArrayLike, labels: ArrayLike) -> Self:
        """Means over parts of equal size, in the order of the predictions; both of shape (n,).
        Raises ValueError without rows.
        """
        p, y = np.asarray(predictions, dtype=np.float64), np.asarray(labels, dtype=np.float64)
        if not p.size:
            raise ValueError("there are no rows to learn the size of errors from")
        order = np.lexsort((y, p))  # equal predictions in the order of their labels
        parts = np.array_split(order, max(1, min(_PARTS, len(p) // _LEAST_PART)))
        means = np.array([[p[i].mean(), *_errors(p[i], y[i])] for i in parts])
        _, first = np.unique(means[:, 0], return_index=True)
        scores, absolute, squared = means[first].T
        return cls(scores=rounded(scores), absolute=rounded(absolute), squared=rounded(squared))

    def losses(self, predictions: Floats, labels: Floats) -> tuple[Floats, Floats]:
        """Absolute and squared error of each row."""
        return np.abs(labels - predictions), (labels - predictions) ** 2

    def expected(self, predictions: Floats) -> tuple[Floats, Floats]:
        """How large both were for such predictions (NannyML calls it direct loss estimation)."""
        return (
            np.interp(predictions, self.scores, self.absolute),
            np.interp(predictions, self.scores, self.squared),
        )

    def excess(self, predictions: Floats, labels: Floats) -> Floats:
        """Absolute error beyond the expected one."""
        return np.asarray(np.abs(labels - predictions) - self.expected(predictions)[0])


Curve = Annotated[ChanceCurve | ErrorCurve, Field(discriminator="kind")]


def rounded(values: Iterable[float]) -> tuple[float, ...]:
    """Numbers as they are written, alike wherever they are made: the last digits of a sum are the
    machine's.
    """
    # Adding 0.0 turns -0.0, which equals 0.0, into 0.0.
    return tuple(float(f"{value:.{_DIGITS}g}") + 0.0 for value in values)


def _errors(p: Floats, y: Floats) -> tuple[float, float]:
    return float(np.abs(y - p).mean()), float(((y - p) ** 2).mean())


def _check_points(scores: Sequence[float], *columns: Sequence[float]) -> None:
    if any(low >= high for low, high in pairwise(scores)):
        raise ValueError("scores ascend")
    if {len(column) for column in columns} != {len(scores)}:
        raise ValueError("there is one value for each score")
