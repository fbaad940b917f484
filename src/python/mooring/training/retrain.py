"""A plan for other days: what a retrain fits, calibrates and is judged on.

The model's own plan says how it is trained; its periods belong to the rows that its author had. A
retrain keeps the pipeline, the seed and the tolerance, and moves the periods to the newest rows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mooring.bundle.manifest import Period
from mooring.training.errors import SplitError
from mooring.training.plan import TimeSplit, TrainingPlan

# Two whole weeks: a gate that compares with the champion by days asks for 14 of them, and every
# weekday is judged twice.
HOLDOUT_DAYS = 14
CALIBRATE_DAYS = 14


def moved(
    plan: TrainingPlan,
    first: date,
    last: date,
    *,
    holdout_days: int = HOLDOUT_DAYS,
    calibrate_days: int = CALIBRATE_DAYS,
) -> TrainingPlan:
    """The plan for the days `first` to `last`, both inclusive, in event time.

    The last `holdout_days` judge; the `calibrate_days` before them calibrate, where the plan does
    (quantities are not calibrated); all days before those fit. Raises SplitError when that leaves
    fewer days to fit than to judge.
    """
    calibrating = calibrate_days if plan.calibrates else 0
    fitting = (last - first).days + 1 - holdout_days - calibrating
    if holdout_days < 1 or (plan.calibrates and calibrate_days < 1):
        raise _unusable(plan, "no day is kept to judge or to calibrate", "Keep at least one each.")
    if fitting < holdout_days:
        needed = 2 * holdout_days + calibrating
        problem = (
            f"{first} to {last} leaves {max(0, fitting)} days to fit, and {holdout_days} judge"
        )
        raise _unusable(plan, problem, f"Retrain once there are {needed} days of labelled rows.")
    holdout = _period(last - timedelta(days=holdout_days - 1), last)
    between = last - timedelta(days=holdout_days)
    calibrate = _period(between - timedelta(days=calibrating - 1), between) if calibrating else None
    fit = _period(first, between - timedelta(days=calibrating))
    split = TimeSplit(fit=fit, calibrate=calibrate, holdout=holdout)
    return replace(plan, split=split, known_limits=_limits(plan, split))


def _limits(plan: TrainingPlan, split: TimeSplit) -> tuple[str, ...]:
    """The author's words are about the rows that the author knew; the card must say so."""
    known, learned = plan.split.training, split.training
    said = (
        f"Retrained on {learned.start} to {learned.end}; what follows was written of a model that "
        f"learned from {known.start} to {known.end}."
    )
    return (said, *plan.known_limits)


def _period(start: date, end: date) -> Period:
    return Period(start=start.isoformat(), end=end.isoformat())


def _unusable(plan: TrainingPlan, problem: str, cure: str) -> SplitError:
    return SplitError(problem, place=f"retrain of {plan.contract.name}", cure=cure)
