"""The real year of one model: its rows in the order of time, and what the champion says to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.flight_delay import data as delay_data
from models.flight_delay import gate as delay_gate
from models.flight_delay import pipeline as delay
from models.flight_time import data as time_data
from models.flight_time import gate as time_gate
from models.flight_time import pipeline as duration
from mooring.blessing.gate import Gate
from mooring.bundle.load import LoadedModel, load_model
from mooring.bundle.open import open_bundle
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from, labels_from
from mooring.data.source import EVENT_TIME, Extract
from mooring.training.plan import TrainingPlan

ROOT = Path(__file__).resolve().parents[2]

Floats = NDArray[np.float64]
Dates = NDArray[np.datetime64]
Name = Literal["flight_delay", "flight_time"]

# The champions have learned from March; what comes after is production.
FIRST, START, END = date(2013, 1, 1), date(2013, 4, 1), date(2013, 12, 31)

# A model's memory for a batch.
_BATCH = 20_000

_PLANS: Mapping[Name, TrainingPlan] = {"flight_delay": delay.PLAN, "flight_time": duration.PLAN}
_GATES: Mapping[Name, Gate] = {"flight_delay": delay_gate.GATE, "flight_time": time_gate.GATE}


@dataclass(frozen=True)
class Year:
    """Rows of 2013 that have a label, by event time; arrays of shape (n,).

    `scores` are the champion's, `columns` what any model is given, `concept` the name of what was
    done to the labels, "" where they are the real ones.
    """

    model: Name
    plan: TrainingPlan
    gate: Gate
    rows: pl.DataFrame
    columns: Columns
    day: Dates
    labels: Floats
    scores: Floats
    concept: str = ""

    @property
    def contract(self) -> Contract:
        """What the model promises."""
        return self.plan.contract

    @property
    def learned(self) -> int:
        """Rows that the champion has learned from."""
        training = self.plan.split.training
        return int(self.within(day_of(training.start), day_of(training.end)).sum())

    def within(self, first: date, last: date) -> NDArray[np.bool_]:
        """Which rows are of the days `first` to `last`, both inclusive."""
        return (self.day >= np.datetime64(first)) & (self.day <= np.datetime64(last))

    def relabelled(self, concept: str, labels: Floats) -> Year:
        """The same flights with other labels."""
        column = pl.Series(self.contract.prediction.label, labels)
        return replace(self, rows=self.rows.with_columns(column), labels=labels, concept=concept)

    def digest(self, last: date) -> str:
        """Of the labels until a day: a fit belongs to them, whatever comes after."""
        known = self.labels[self.day <= np.datetime64(last)]
        return sha256(known.tobytes()).hexdigest()[:16]


@cache
def year(model: Name, kept: Path) -> Year:
    """The year of a model, with its champion's answers, which are kept in a folder."""
    extracted: Extract = delay_data.extract() if model == "flight_delay" else time_data.extract()
    rows = extracted.rows.sort(EVENT_TIME, "row_id")
    rows = rows.filter(pl.col(EVENT_TIME).dt.date() <= END)
    contract = _PLANS[model].contract
    columns = columns_from(contract, rows)
    return Year(
        model=model,
        plan=_PLANS[model],
        gate=_GATES[model],
        rows=rows,
        columns=columns,
        day=rows[EVENT_TIME].to_numpy().astype("datetime64[D]"),
        labels=labels_from(contract, rows),
        scores=_answers(model, columns, kept),
    )


def day_of(text: str) -> date:
    """An ISO date as a date."""
    return date.fromisoformat(text)


def mondays(first: date, last: date) -> list[date]:
    """Mondays of the days `first` to `last`."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() == 0]


def _answers(model: Name, columns: Columns, kept: Path) -> Floats:
    release = json.loads((ROOT / f"models/{model}/release.json").read_text())["champion"]
    path = kept / f"{model}-champion-{release['bundle'][:16]}.npy"
    if not path.exists():
        served = load_model(open_bundle(ROOT / f"models/{model}" / release["location"]))
        if served.bundle.manifest.dataset.period != _PLANS[model].split.training:
            raise ValueError(f"the champion of {model} has not learned from its plan's days")
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, _predictions(served, columns))
    scores: Floats = np.load(path)
    return scores


def _predictions(model: LoadedModel, columns: Columns) -> Floats:
    count = len(next(iter(columns.values())))
    cuts = (slice(start, start + _BATCH) for start in range(0, count, _BATCH))
    return np.concatenate([model.predict({n: c[cut] for n, c in columns.items()}) for cut in cuts])
