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
    """Periods in the order of time: fit the model, calibrate it, hold out to judge it.

    A quantity is not calibrated: `calibrate` is None. Shuffled splits let a model read
    tomorrow's newspaper; the order is checked.
    """

    fit: Period
    calibrate: Period | None
    holdout: Period

    def __post_init__(self) -> None:
        periods = [p for p in (self.fit, self.calibrate, self.holdout) if p is not None]
        days = [day for period in periods for day in (period.start, period.end)]
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
        return Period(start=self.fit.start, end=(self.calibrate or self.fit).end)


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

    def __post_init__(self) -> None:
        if self.calibrates and self.split.calibrate is None:
            raise SplitError(
                "a probability is to be calibrated, and no period is kept for it",
                place=f"plan of {self.contract.name}",
                cure="Give the split a calibrate period, or the plan calibration=None.",
            )

    @property
    def calibrates(self) -> bool:
        """Whether the fitted pipeline's probabilities are calibrated; quantities never are."""
        return self.contract.prediction.kind == "probability" and self.calibration is not None
