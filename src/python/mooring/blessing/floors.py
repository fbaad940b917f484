"""Floors on the holdout and on every slice of it: the value, its interval over days, the verdict.

NaN, an empty slice or too few rows is inconclusive, never a pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Judged:
    """Rows with their labels, what the model said, and the UTC day of each; all of shape (n,)."""

    contract: Contract
    rows: pl.DataFrame
    labels: Floats
    predictions: Floats
    days: NDArray[Any]

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
        )


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
    if not obstacle:
        verdict = "blessed" if _met(floor, value, found) else "refused"
    return Check(
        name=name,
        rows=len(judged.labels),
        metric=floor.metric,
        value=_number(value),
        demand=_demand(floor, minimum),
        verdict=verdict,
        lower=_number(found.lower),
        upper=_number(found.upper),
        reason="; ".join(filter(None, (note, obstacle or found.reason))),
    )


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
