"""The real year of the champion, day by day: its rows in bins, and its answers with the labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.flight_delay.data import extract
from mooring.bundle.load import load_model
from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import Bundle, open_bundle
from mooring.contract.columns import Columns
from mooring.data.columns import columns_from
from mooring.drift.bins import SCORE
from mooring.drift.reference import Reference, read_reference
from tests.performance.gateway_load import released

Days = NDArray[np.int64]
Floats = NDArray[np.float64]

# The model's memory for a batch; and on a day with fewer flights hardly anybody flew.
_BATCH = 20_000
_LEAST_ROWS = 300


@dataclass(frozen=True)
class Answers:
    """Rows that the champion has not learned from, its holdout first; all of shape (n,).

    `day` is the number of a row's day, from 0 and without gaps.
    """

    day: NDArray[np.intp]
    scores: Floats
    labels: Floats


@cache
def day_counts() -> Mapping[str, Days]:
    """Flights of 2013 by UTC day and bin, shape (days, bins), for each feature and the score."""
    columns = columns_from(champion().contract, _flights())
    day = _day(_flights())
    counts = {}
    for feature in reference().features:
        values = _scores() if feature.feature == SCORE else columns[feature.feature]
        counts[feature.feature] = counted(day, feature.bins.assign(values), len(feature.rows))
    return counts


def dates() -> list[str]:
    """The days of `day_counts`, as 2013-01-01."""
    return [str(date) for date in np.unique(_dates(_flights()))]


@cache
def answers() -> Answers:
    """What the champion says to flights after those that it has learned from."""
    after = _after()
    return Answers(
        _day(_flights().filter(after)),
        _scores()[after],
        _flights()["late"].to_numpy()[after].astype(np.float64),
    )


def columns_after() -> Columns:
    """The rows of `answers`, by feature."""
    return columns_from(champion().contract, _flights().filter(_after()))


def dates_after() -> list[str]:
    """The days of `answers`, as 2013-03-15."""
    return [str(date) for date in np.unique(_dates(_flights())[_after()])]


def scored(columns: Columns) -> Floats:
    """What the champion says to rows of any number, shape (n,)."""
    model, rows = load_model(champion()), len(next(iter(columns.values())))
    cuts = (slice(start, start + _BATCH) for start in range(0, rows, _BATCH))
    return np.concatenate([model.predict({n: c[cut] for n, c in columns.items()}) for cut in cuts])


def counted(day: NDArray[np.intp], codes: NDArray[np.intp], bins: int) -> Days:
    """Rows by day and bin, shape (days, bins)."""
    flat = np.bincount(day * bins + codes, minlength=(int(day.max()) + 1) * bins)
    return flat.reshape(-1, bins)


@cache
def champion() -> Bundle:
    """The released bundle."""
    return open_bundle(released()[0])


@cache
def reference() -> Reference:
    """Its reference."""
    return read_reference(champion().files[REFERENCE], place=REFERENCE)


@cache
def _flights() -> pl.DataFrame:
    flights = extract().rows
    _, day, rows = np.unique(_dates(flights), return_inverse=True, return_counts=True)
    return flights.filter(rows[day] >= _LEAST_ROWS)


def _dates(flights: pl.DataFrame) -> NDArray[np.datetime64]:
    return flights["event_time"].to_numpy().astype("datetime64[D]")


def _day(flights: pl.DataFrame) -> NDArray[np.intp]:
    return np.unique(_dates(flights), return_inverse=True)[1]


@cache
def _scores() -> Floats:
    return scored(columns_from(champion().contract, _flights()))


def _after() -> NDArray[np.bool_]:
    last = np.datetime64(champion().manifest.dataset.period.end)
    return np.asarray(_dates(_flights()) > last)
