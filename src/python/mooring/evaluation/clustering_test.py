"""Values that keep together by days, and those that do so no more than by chance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from mooring.evaluation.clustering import SHUFFLES, most_clustered

DAYS = np.repeat(np.arange(20), 50)


def numbers(seed: int, shared: float) -> Any:
    random = np.random.default_rng(seed)
    return random.normal(0, 1, 1_000) + shared * random.normal(0, 1, 20)[DAYS]


def test_the_share_is_that_of_the_spread_between_days() -> None:
    values = numbers(1, 1.0)
    found = most_clustered({"wind": values}, DAYS)
    means = np.array([values[day == DAYS].mean() for day in range(20)])
    assert found.feature == "wind"
    assert found.share == pytest.approx(means.var() / values.var())


def test_what_days_share_keeps_together_and_its_shuffle_does_not() -> None:
    values = numbers(1, 0.5)
    kept = most_clustered({"wind": values}, DAYS)
    assert kept.share > kept.by_chance
    mixed = most_clustered({"wind": np.random.default_rng(0).permutation(values)}, DAYS)
    assert mixed.share <= mixed.by_chance


def test_one_feature_that_keeps_together_is_enough() -> None:
    columns = {"noise": numbers(1, 0.0), "wind": numbers(2, 0.5), "more": numbers(3, 0.0)}
    found = most_clustered(columns, DAYS)
    assert (found.feature, found.share > found.by_chance) == ("wind", True)


def test_a_category_keeps_together_too() -> None:
    towns = np.array(["Bath", "Ely", "York"], dtype=object)[DAYS % 3]
    found = most_clustered({"town": towns}, DAYS)
    assert found.share == pytest.approx(1)
    assert found.by_chance < 0.1


def test_many_features_without_clustering_are_hardly_ever_taken_for_it() -> None:
    """Ten features a time; each comparison alone would be wrong once in two hundred."""
    wrong = 0
    for seed in range(60):
        columns = {f"f{i}": numbers(100 * seed + i, 0.0) for i in range(10)}
        found = most_clustered(columns, DAYS)
        wrong += found.share > found.by_chance
    assert SHUFFLES == 199
    assert wrong <= 2


@pytest.mark.parametrize(
    ("values", "days"),
    [
        pytest.param(np.ones(1_000), DAYS, id="a number that never varies"),
        pytest.param(np.full(1_000, np.nan), DAYS, id="a number that is always null"),
        pytest.param(np.full(1_000, "York", dtype=object), DAYS, id="one category"),
        pytest.param(numbers(1, 1.0), np.zeros(1_000), id="one day"),
    ],
)
def test_there_is_nothing_to_tell(values: Any, days: Any) -> None:
    found = most_clustered({"it": values}, days)
    assert math.isnan(found.share)


def test_nulls_are_neither_here_nor_there() -> None:
    values = numbers(1, 1.0)
    values[::7] = np.nan
    found = most_clustered({"wind": values}, DAYS)
    assert found.share > found.by_chance
