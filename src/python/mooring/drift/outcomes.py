"""What became of the rows of a block: sums that labels are watched by, and what was to be expected.

Sums add over parts of a day, days and workers, so a week of any size is judged without its rows.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, model_validator

from mooring.drift.bins import FROZEN
from mooring.drift.curve import ChanceCurve, Curve, ErrorCurve, rounded
from mooring.drift.estimate import Floats

Kind = Literal["probability", "number"]


@dataclass(frozen=True)
class OutcomeSums:
    """Sums over rows with a label y and a prediction p.

    `residual` of y − p; `loss` of log loss (nats) or absolute error; `excess` of what that is
    beyond the expected loss; `squared` of (y − p)²; `expected_*` of what the curve expects.
    """

    rows: float = 0.0
    label: float = 0.0
    label_squared: float = 0.0
    residual: float = 0.0
    excess: float = 0.0
    loss: float = 0.0
    squared: float = 0.0
    expected_loss: float = 0.0
    expected_squared: float = 0.0

    @classmethod
    def of(cls, curve: ChanceCurve | ErrorCurve, predictions: ArrayLike, labels: ArrayLike) -> Self:
        """Of predictions and labels, both of shape (n,) and finite."""
        p, y = np.asarray(predictions, dtype=np.float64), np.asarray(labels, dtype=np.float64)
        each = (
            np.ones_like(p), y, y**2, y - p, curve.excess(p, y), *curve.losses(p, y),
            *curve.expected(p),
        )  # fmt: skip
        return cls(*(float(values.sum()) for values in each))

    def __add__(self, other: OutcomeSums) -> OutcomeSums:
        """Of both rows."""
        return OutcomeSums(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


class Outcomes(BaseModel):
    """The outcomes of the reference: sums by block, one number for each block under each name of
    `OutcomeSums`, and the curve of all of them.

    What is expected of a block comes from a curve of the others: one that has seen a block's labels
    expects them better than those to come.
    """

    model_config = FROZEN

    curve: Curve
    sums: dict[str, tuple[float, ...]]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.sums) != set(NAMES) or len({len(column) for column in self.sums.values()}) != 1:
            raise ValueError("there is one number for each sum of each block")
        return self

    @property
    def blocks(self) -> tuple[OutcomeSums, ...]:
        """The sums of each block, in the order of the reference's blocks."""
        rows = zip(*(self.sums[name] for name in NAMES), strict=True)
        return tuple(OutcomeSums(*row) for row in rows)


NAMES = tuple(field.name for field in fields(OutcomeSums))


def outcomes_of(
    kind: Kind, predictions: Floats, labels: Floats, block: NDArray[np.intp]
) -> Outcomes:
    """Freeze the outcomes of rows that the model has not learned from; all of shape (n,).

    `block` is the number of each row's block, from 0 and without gaps.
    """
    curve_of = ChanceCurve.of if kind == "probability" else ErrorCurve.of
    # In the order of their content: sums of another order have another last digit.
    order = np.lexsort((labels, predictions, block))
    p, y, b = predictions[order], labels[order], block[order]
    blocks = range(int(b.max()) + 1)
    curve = curve_of(p, y)
    others = [curve_of(p[b != n], y[b != n]) if len(blocks) > 1 else curve for n in blocks]
    found = [OutcomeSums.of(others[n], p[b == n], y[b == n]) for n in blocks]
    columns = zip(*(astuple(each) for each in found), strict=True)
    sums = {name: rounded(column) for name, column in zip(NAMES, columns, strict=True)}
    return Outcomes(curve=curve, sums=sums)
