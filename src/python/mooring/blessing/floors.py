"""Floors on the holdout and on every slice of it: the value, its interval over days, the verdict.

NaN, an empty slice or too few rows is inconclusive, never a pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.blessing.errors import GateUnusable
from mooring.blessing.evidence import Check, Verdict
from mooring.blessing.gate import Floor, Gate
from mooring.blessing.slicing import Member, groups_of
from mooring.contract.contract import Contract
from mooring.data.columns import labels_from
from mooring.data.source import EVENT_TIME
from mooring.evaluation.intervals import Interval, interval
from mooring.evaluation.metrics import Floats, score

# Losses that hang on the days' base rate or spread as much as on the model.
_LOSSES = frozenset({"brier", "log_loss", "ece", "mae", "rmse"})

# Whether a model tells rows apart, each with what one has that knows nothing. Of labels that are
# noise a champion's failure would excuse a candidate that knows nothing, so half of what the floor
# asks beyond that has to be there whatever the champion has.
_SKILLS = {"roc_auc": 0.5, "r2": 0.0}
_LEAST_SKILL = 0.5


@dataclass(frozen=True)
class Judged:
    """Rows with their labels, what the model said, and the UTC day of each; all of shape (n,).

    `rival` is what the champion says of the rows, where a floor may be measured by it.
    """

    contract: Contract
    rows: pl.DataFrame
    labels: Floats
    predictions: Floats
    days: NDArray[Any]
    rival: Floats | None = None

    @classmethod
    def of(cls, contract: Contract, rows: pl.DataFrame, predictions: Floats) -> Judged:
        """Put together what is known of `rows`."""
        days = rows[EVENT_TIME].dt.date().to_physical().to_numpy()
        return cls(contract, rows, labels_from(contract, rows), predictions, days)

    def only(self, member: Member) -> Judged:
        """The rows where `member` is true."""
        return Judged(
            self.contract,
            self.rows.filter(pl.Series(member)),
            self.labels[member],
            self.predictions[member],
            self.days[member],
            None if self.rival is None else self.rival[member],
        )

    @property
    def by_rival(self) -> Judged | None:
        """The same rows as the champion answers them."""
        return None if self.rival is None else replace(self, predictions=self.rival, rival=None)


def floor_checks(gate: Gate, judged: Judged) -> Iterator[Check]:
    """Every floor on the whole holdout, then the floor of every slice, slice by slice.

    Raises GateUnusable for a metric or a slice that the model does not have.
    """
    for floor in gate.floors:
        yield _check("whole holdout", floor, gate.minimum_rows, judged)
    for declared in gate.slices:
        for group in groups_of(judged.contract, declared, judged.rows):
            part = judged.only(group.member)
            yield _check(group.name, declared.floor, declared.minimum_rows, part, group.reason)


def _check(name: str, floor: Floor, minimum: int, judged: Judged, note: str = "") -> Check:
    value = _value(floor, judged)
    found = _interval(floor, judged, value)
    obstacle = _obstacle(floor, minimum, judged, value, found)
    verdict: Verdict = "inconclusive"
    excuse = ""
    if not obstacle:
        met = _met(floor, value, found)
        excuse = "" if met else _excuse(floor, judged, value)
        verdict = "blessed" if met or excuse else "refused"
    return Check(
        name=name,
        rows=len(judged.labels),
        metric=floor.metric,
        value=_number(value),
        demand=_demand(floor, minimum),
        verdict=verdict,
        lower=_number(found.lower),
        upper=_number(found.upper),
        reason="; ".join(filter(None, (note, excuse, obstacle or found.reason))),
    )


def _excuse(floor: Floor, judged: Judged, value: float) -> str:
    """Why a floor that is missed refuses nothing: the champion misses it on the very rows, and the
    candidate does no worse. To keep what serves would be no better. Nothing where that is not so.
    """
    rival = judged.by_rival
    if rival is None or not np.isfinite(rival.predictions).all():
        return ""
    theirs = _value(floor, rival)
    if not math.isfinite(theirs) or _met(floor, theirs, _interval(floor, rival, theirs)):
        return ""
    said = f"missed by the champion too, with {theirs:.4g} on these rows; the candidate is no worse"
    return said if _no_worse(floor, value, theirs) else ""


def _no_worse(floor: Floor, value: float, theirs: float) -> bool:
    if floor.metric in _LOSSES:
        return floor.at_least is None and value <= theirs
    if floor.metric not in _SKILLS or floor.at_least is None or floor.at_most is not None:
        return False
    nothing = _SKILLS[floor.metric]
    return value >= theirs and value - nothing >= _LEAST_SKILL * (floor.at_least - nothing)


def _value(floor: Floor, judged: Judged) -> float:
    metrics = score(judged.contract.prediction.kind, judged.labels, judged.predictions)
    if floor.metric not in metrics:
        known = ", ".join(sorted(metrics))
        raise GateUnusable(
            f"there is no metric {floor.metric}; there is {known}",
            place="gate",
            cure="Mend models/<name>/gate.py.",
        )
    return metrics[floor.metric]


def _interval(floor: Floor, judged: Judged, value: float) -> Interval:
    if not math.isfinite(value):
        return Interval(None, None)
    return interval(floor.metric, judged.labels, judged.predictions, judged.days)


def _obstacle(floor: Floor, minimum: int, judged: Judged, value: float, found: Interval) -> str:
    """Why the floor decides nothing here, or nothing."""
    rows = len(judged.labels)
    if rows == 0:
        return "there is no such row"
    if not np.isfinite(judged.predictions).all():
        missing = int((~np.isfinite(judged.predictions)).sum())
        return f"the model answers {missing} rows with no number"
    if rows < minimum:
        return f"{rows} rows are fewer than {minimum}"
    if not math.isfinite(value):
        return f"{floor.metric} is undefined here"
    return found.reason if floor.by == "interval" and found.lower is None else ""


def _met(floor: Floor, value: float, found: Interval) -> bool:
    if floor.by == "value" or found.lower is None or found.upper is None:
        return floor.by == "value" and floor.met_by(value)
    return floor.met_by(found.lower) and floor.met_by(found.upper)


def _number(value: float | None) -> float | None:
    return round(value, 9) if value is not None and math.isfinite(value) else None


def _demand(floor: Floor, minimum: int) -> str:
    low = [] if floor.at_least is None else [f"at least {floor.at_least}"]
    high = [] if floor.at_most is None else [f"at most {floor.at_most}"]
    whole = "the interval " if floor.by == "interval" else ""
    return f"{whole}{' and '.join(low + high)} on at least {minimum} rows"
