"""Models that a retrain on some day makes, each made once and its answers kept in a folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
from sklearn.pipeline import Pipeline

from mooring.bundle.skops_runtime import predict_with
from mooring.contract.columns import Columns
from mooring.training.fit import fit_on
from mooring.training.plan import TimeSplit
from mooring.training.retrain import CALIBRATE_DAYS, moved
from tests.loop.year import FIRST, Floats, Year, day_of

# Which rows a retrain learns from: all until then, or the newest, as many as the champion had.
Rows = Literal["all", "newest"]


@dataclass(frozen=True)
class Fitted:
    """A retrained model: its periods, and its answers from its holdout on.

    `scores` has shape (n,) of the year's rows, NaN before the holdout.
    """

    split: TimeSplit
    scores: Floats


@dataclass(frozen=True)
class Fits:
    """The retrains of a year."""

    year: Year
    cache: Path
    _asked: dict[str, Pipeline] = field(default_factory=dict, repr=False)

    def upto(self, last: date, rows: Rows = "all", calibrate_days: int = CALIBRATE_DAYS) -> Fitted:
        """The model of a retrain whose newest labelled day is `last`."""
        first = first_day(self.year, last, rows)
        plan = moved(self.year.plan, first, last, calibrate_days=calibrate_days)
        split = plan.split
        asked = self.year.day >= np.datetime64(day_of(split.holdout.start))
        scores = np.full(len(asked), np.nan)
        path = self.cache / f"{self._name(split)}.npy"
        if not path.exists():
            sys.stderr.write(f"fit {self.year.model} {_told(split)} {self.year.concept}\n")
            model = fit_on(plan, self.year.rows)
            columns = {name: column[asked] for name, column in self.year.columns.items()}
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial.npy")
            np.save(partial, predict_with(model, plan.contract, columns))
            partial.rename(path)
        scores[asked] = np.load(path)
        return Fitted(split, scores)

    def ask(self, split: TimeSplit, columns: Columns) -> Floats:
        """What a model of these periods says to other features: it is made once more."""
        plan = replace(self.year.plan, split=split)
        name = self._name(split)
        if name not in self._asked:
            self._asked[name] = fit_on(plan, self.year.rows)
        return predict_with(self._asked[name], plan.contract, columns)

    def _name(self, split: TimeSplit) -> str:
        digest = self.year.digest(day_of(split.holdout.end))
        return f"{self.year.model}-{digest}-{_told(split)}"


def first_day(year: Year, last: date, rows: Rows) -> date:
    """The first day of a retrain's rows: of the newest ones the latest that leaves as many to
    learn from as the champion had.
    """
    if rows == "all":
        return FIRST
    learned_to = day_of(moved(year.plan, FIRST, last).split.training.end)
    days, counts = np.unique(year.day[year.within(FIRST, learned_to)], return_counts=True)
    behind = counts[::-1].cumsum()[::-1]
    enough: date = days[behind >= min(year.learned, counts.sum())][-1].astype(date)
    return min(enough, learned_to - timedelta(days=1))


def _told(split: TimeSplit) -> str:
    return f"{split.fit.start}-{split.fit.end}-{split.holdout.end}"
