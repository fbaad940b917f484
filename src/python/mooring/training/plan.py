"""What a model declares about its training: the pipeline, the periods, the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from mooring.bundle.manifest import Period
from mooring.contract.contract import Contract
from mooring.training.errors import SplitError


@dataclass(frozen=True)
class TimeSplit:
    """Three periods in the order of time: fit the model, calibrate it, hold out to judge it.

    Shuffled splits let a model read tomorrow's newspaper; the order is checked.
    """

    fit: Period
    calibrate: Period
    holdout: Period

    def __post_init__(self) -> None:
        days = [d for p in (self.fit, self.calibrate, self.holdout) for d in (p.start, p.end)]
        inner = zip(days[1::2], days[2::2], strict=False)
        if days != sorted(days) or any(end >= start for end, start in inner):
            raise SplitError(
                "fit, calibrate and holdout must follow each other without a shared day",
                place="TimeSplit",
                cure="Order the periods by time.",
            )

    @property
    def training(self) -> Period:
        """The period that the model may learn anything from."""
        return Period(start=self.fit.start, end=self.calibrate.end)


@dataclass(frozen=True)
class TrainingPlan:
    """How one model is trained.

    `pipeline(seed)` returns an unfitted scikit-learn Pipeline over a DataFrame with the contract's
    columns. `tolerance` is the largest |difference| between scikit-learn and the served runtime
    that still counts as the same model; beyond it the skops runtime is used.
    """

    contract: Contract
    pipeline: Callable[[int], Any]
    split: TimeSplit
    owner: str
    known_limits: tuple[str, ...] = ()
    calibration: Literal["sigmoid"] | None = "sigmoid"
    seed: int = 20130401
    tolerance: str = "0.00001"
