"""Bugs of the data by their kinds, and what is none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mooring.drift.bins import Bins, CategoryBins, Counts, NumberBins
from mooring.drift.broken import Kind, broken
from mooring.drift.reference import BlockedBins

Values = NDArray[np.float64]

MILES = NumberBins(
    edges=(250.0, 500.0, 1_000.0), atoms=(200.0,),
    labels=("00 = 200", "01 <= 250", "02 <= 500", "03 <= 1000", "04 > 1000", "99 missing"),
)  # fmt: skip
TOWN = CategoryBins(categories=("LAX", "ORD"), rare=("BOS",), labels=("00", "01", "97", "98", "99"))


def blocked(bins: Bins, days: list[Counts]) -> BlockedBins:
    rows = tuple(int(n) for n in np.sum(days, axis=0))
    by_block = tuple(tuple(int(n) for n in day) for day in days)
    return BlockedBins(feature="x", bins=bins, rows=rows, by_block=by_block)


def miles(rows: int, seed: int) -> Values:
    chance = np.random.default_rng(seed)
    values = np.exp(chance.normal(6.2, 0.7, rows))
    values[: rows // 8] = 200.0
    values[-rows // 50 :] = np.nan
    return values


REFERENCE = blocked(MILES, [MILES.counts(miles(900, seed)) for seed in range(17)])


def gaps(share: float) -> Callable[[Values], Values]:
    return lambda values: np.where(np.arange(len(values)) % 100 < share * 100, np.nan, values)


@pytest.mark.parametrize(
    ("bend", "kinds"),
    [
        pytest.param(lambda v: v, set(), id="as ever"),
        pytest.param(lambda v: v * 100, {"unit"}, id="a hundred times as much"),
        pytest.param(lambda v: v / 100, {"unit"}, id="a hundredth"),
        pytest.param(lambda v: v * 1.3, set(), id="flights that go further are drift"),
        pytest.param(gaps(0.3), {"missing"}, id="a third is missing"),
        pytest.param(gaps(1.0), {"missing"}, id="all are missing"),
        pytest.param(gaps(0.05), set(), id="a few more are missing"),
    ],
)
@pytest.mark.parametrize("rows", [120, 900, 6_300])
def test_numbers(bend: Callable[[Values], Values], kinds: set[Kind], rows: int) -> None:
    window = MILES.counts(bend(miles(rows, 99)))
    assert broken(REFERENCE, window, seasonal=False) == kinds


def test_a_season_moves_numbers_to_one_side_without_a_bug() -> None:
    window = MILES.counts(miles(900, 99) * 100)
    assert broken(REFERENCE, window, seasonal=True) == set()


@pytest.mark.parametrize(
    ("window", "kinds"),
    [
        pytest.param([500, 350, 5, 40, 5], set(), id="as ever"),
        pytest.param([300, 200, 380, 20, 0], {"category"}, id="a flood of new names"),
        pytest.param([300, 200, 10, 390, 0], set(), id="rarer ones are known"),
        pytest.param([100, 50, 300, 0, 450], {"category", "missing"}, id="both at once"),
        pytest.param([30, 20, 38, 2, 0], set(), id="too few rows to say"),
    ],
)
def test_categories(window: list[int], kinds: set[Kind]) -> None:
    chance = np.random.default_rng(1)
    shares = np.array([0.55, 0.39, 0.0, 0.05, 0.01])
    reference = blocked(TOWN, [chance.multinomial(900, shares) for _ in range(17)])
    assert broken(reference, np.array(window), seasonal=False) == kinds


def test_where_days_were_always_that_different_one_more_is_no_bug() -> None:
    # Each fourth day of the reference is without half of its values.
    days = [np.array([0, 100, 300, 300, 100, 800 if day % 4 == 0 else 10]) for day in range(17)]
    window = np.array([0, 100, 300, 300, 100, 800])
    assert broken(blocked(MILES, days), window, seasonal=False) == set()


def test_of_a_reference_of_one_day_the_rise_alone_decides() -> None:
    reference = blocked(MILES, [MILES.counts(miles(900, 0))])
    window = MILES.counts(miles(900, 99) * 100)
    assert broken(reference, window, seasonal=False) == {"unit"}
