"""Traffic after the champion's training, and what it is when something has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Column, Columns
from mooring.drift.bins import SCORE
from tests.calibration.alarms import CONCEPTS, Concept, Sums
from tests.calibration.clustered import SEED
from tests.calibration.days import (
    Answers,
    Days,
    Floats,
    answers,
    champion,
    columns_after,
    counted,
    reference,
    scored,
)

WEATHER = ("temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")


@dataclass(frozen=True)
class Traffic:
    """Rows by feature, what the champion says to them, and what became of them: of shape (n,)."""

    columns: Columns
    answers: Answers

    @property
    def day(self) -> NDArray[np.intp]:
        """The number of each row's day, from 0."""
        return self.answers.day

    @property
    def labels(self) -> Floats:
        """1 where a flight was late."""
        return self.answers.labels

    @cached_property
    def sums(self) -> Sums:
        """What may ask for a retrain is computed from these."""
        return Sums.of(self.answers, self.labels)

    @cached_property
    def codes(self) -> Mapping[str, NDArray[np.intp]]:
        """The bin of each row, by feature and for the score."""
        values: Columns = {**self.columns, SCORE: self.answers.scores}
        return {f.feature: f.bins.assign(values[f.feature]) for f in reference().features}

    @cached_property
    def counts(self) -> Mapping[str, Days]:
        """Rows by day and bin, for each feature and the score."""
        sizes = {f.feature: len(f.rows) for f in reference().features}
        return {name: counted(self.day, codes, sizes[name]) for name, codes in self.codes.items()}

    def with_columns(self, changed: Columns) -> Traffic:
        """With other values, and what the champion says to those."""
        columns = {**self.columns, **changed}
        return Traffic(columns, replace(self.answers, scores=scored(columns)))

    def only(self, kept: NDArray[np.bool_]) -> Traffic:
        """Some of the rows."""
        rows = self.answers
        return Traffic(
            {name: column[kept] for name, column in self.columns.items()},
            Answers(rows.day[kept], rows.scores[kept], rows.labels[kept]),
        )


@cache
def unchanged() -> Traffic:
    """The real flights after the champion's training."""
    return Traffic(columns_after(), answers())


# The same traffic after a change; the generator is for whatever chance the change holds.
Effect = Callable[[Traffic, np.random.Generator], Traffic]


@dataclass(frozen=True)
class Change:
    """A change by its name, its kind, and whether a retrain is the answer to it."""

    kind: str
    name: str
    effect: Effect
    bug: bool = False

    @cache  # noqa: B019, there are a dozen of them
    def traffic(self) -> Traffic:
        """The real flights after it."""
        return self.effect(unchanged(), np.random.default_rng(SEED))


def _fewer(chosen: Callable[[Traffic], NDArray[np.bool_]], share: float) -> Effect:
    def fewer(rows: Traffic, chance: np.random.Generator) -> Traffic:
        return rows.only(~(chosen(rows) & (chance.random(len(rows.day)) < share)))

    return fewer


def _labels(concept: Concept) -> Effect:
    def learned(rows: Traffic, chance: np.random.Generator) -> Traffic:
        labels = concept(rows.labels, chance.random(len(rows.labels)))
        return replace(rows, answers=replace(rows.answers, labels=labels))

    return learned


def _in_some(names: tuple[str, ...], value: float | str, share: float) -> Effect:
    def put(rows: Traffic, chance: np.random.Generator) -> Traffic:
        hit = chance.random(len(rows.day)) < share
        return rows.with_columns({n: np.where(hit, value, rows.columns[n]) for n in names})

    return put


def _scaled(name: str, factor: float) -> Effect:
    return lambda rows, _: rows.with_columns({name: rows.columns[name] * factor})


def _dealt_within_days(name: str) -> Effect:
    """Each day keeps its values, and no flight its own."""

    def dealt(rows: Traffic, chance: np.random.Generator) -> Traffic:
        in_turn = np.lexsort((np.arange(len(rows.day)), rows.day))
        at_random = np.lexsort((chance.random(len(rows.day)), rows.day))
        column = rows.columns[name].copy()
        column[in_turn] = rows.columns[name][at_random]
        return rows.with_columns({name: column})

    return dealt


def _one_a_day(name: str, value: float) -> Effect:
    def put(rows: Traffic, chance: np.random.Generator) -> Traffic:
        del chance  # the first flight of each day
        first = np.unique(rows.day, return_index=True)[1]
        column: Column = rows.columns[name].copy()
        column[first] = value
        return rows.with_columns({name: column})

    return put


def _then(first: Effect, second: Effect) -> Effect:
    return lambda rows, chance: second(first(rows, chance), chance)


def _early(rows: Traffic) -> NDArray[np.bool_]:
    return np.asarray(rows.columns["hour"] < 15)


def _not_late(rows: Traffic) -> NDArray[np.bool_]:
    return np.asarray(rows.columns["hour"] < 19)


_short = _fewer(lambda rows: rows.columns["distance"] < 800, 0.75)
_punctual = _fewer(lambda rows: rows.labels == 0, 0.5)
_outlier = _one_a_day("distance", 1e6)

CHANGES: tuple[Change, ...] = (
    Change("covariate", "half of the flights before 15:00 are gone", _fewer(_early, 0.5)),
    Change("covariate", "no flight before 15:00", _fewer(_early, 1.0)),
    Change("covariate", "no flight before 19:00", _fewer(_not_late, 1.0)),
    Change("covariate", "3 in 4 flights below 800 miles are gone", _short),
    Change("covariate", "the same, and 1 flight a day of 1e6 miles", _then(_short, _outlier)),
    *(Change("concept", name, _labels(concept)) for name, concept in CONCEPTS.items()),
    Change("prior", "half of the punctual flights are gone", _punctual),
    Change("data bug", "distance × 100", _scaled("distance", 100.0), bug=True),
    Change("data bug", "distance ÷ 100", _scaled("distance", 0.01), bug=True),
    Change("data bug", "no weather in 1 of 5 rows", _in_some(WEATHER, np.nan, 0.2), bug=True),
    Change("data bug", "new names in 1 of 5 `dest`", _in_some(("dest",), "ZZZ", 0.2), bug=True),
    Change("correlation", "`distance` dealt anew within each day", _dealt_within_days("distance")),
    Change("correlation", "`hour` dealt anew within each day", _dealt_within_days("hour")),
    Change("outlier", "1 flight a day of 1e6 miles", _outlier),
)


def refused(rows: Traffic, name: str) -> float:
    """The share of rows whose value the contract does not accept: they never reach a model."""
    feature = next(f for f in champion().contract.features if f.name == name)
    values, which = np.unique(rows.columns[name], return_inverse=True)
    accepted = np.array([np.isnan(v) or feature.accepts(float(v)) for v in values.tolist()])
    return float((~accepted[which]).mean())
