"""Freezing: which bins a feature gets from the values of its reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.contract.columns import column_of
from mooring.contract.feature import Feature
from mooring.contract.testing.strategies import features
from mooring.drift.bins import MOST_BINS, CategoryBins, NumberBins
from mooring.drift.freeze import MOST_RARE, TOP, bins_of, number_bins, score_bins

DRAW = np.random.default_rng(7)
RAIN = np.where(np.arange(5_000) % 10 > 0, 0.0, DRAW.exponential(0.1, 5_000))


def feature(**promises: Any) -> Feature:
    return Feature(**{"name": "x", "kind": "string", "example": "a", **promises})


def texts(*values: str) -> Any:
    return np.array(values, dtype=object)


@st.composite
def columns(draw: st.DrawFn) -> tuple[Feature, Any]:
    """Any feature, with a column of values as rows may hold them."""
    made = draw(features())
    few = st.sampled_from([0.0, -0.0, 1.0, 2.5, np.nan])
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "string": st.sampled_from(made.categories or ("a", "b")) | st.text(max_size=2),
        "boolean": st.sampled_from([0.0, 1.0, np.nan]),
        "integer": st.integers(-30, 30).map(float) | few,
        "float": st.floats() | few,
    }
    return made, column_of(made, draw(st.lists(kinds[made.kind], max_size=60)))


@settings(deadline=None)
@given(columns())
def test_any_feature_gets_few_bins_with_labels_of_their_own(given: tuple[Feature, Any]) -> None:
    made, column = given
    bins = bins_of(made, column)
    assert 2 <= len(bins.labels) <= MOST_BINS
    assert len(set(bins.labels)) == len(bins.labels)
    assert bins.labels[-1] == "99 missing"
    assert list(bins.labels) == sorted(bins.labels)
    assert bins.counts(column).sum() == len(column)
    assert type(bins).model_validate_json(bins.model_dump_json()) == bins


@settings(deadline=None)
@given(st.lists(st.floats() | st.sampled_from([0.1, 0.2]), max_size=80))
def test_any_score_gets_few_bins_too(predictions: list[float]) -> None:
    bins = score_bins(np.array(predictions))
    assert 2 <= len(bins.labels) <= MOST_BINS
    assert bins.counts(np.array(predictions)).sum() == len(predictions)


def test_deciles_hold_a_tenth_each() -> None:
    values = DRAW.normal(size=5_000)
    assert number_bins(values).counts(values).tolist() == [500] * 10 + [0]


def test_a_value_of_more_than_a_tenth_has_its_own_bin_and_the_rest_its_quantiles() -> None:
    bins = number_bins(RAIN)
    assert (bins.atoms, bins.labels[0]) == ((0.0,), "00 = 0")
    assert bins.counts(RAIN).tolist() == [4_500] + [50] * 10 + [0]


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        pytest.param([1.0] * 9, {"00 = 1": 9, "98 other": 0, "99 missing": 0}, id="a constant"),
        pytest.param([np.nan] * 9, {"98 other": 0, "99 missing": 9}, id="nothing but gaps"),
        pytest.param([], {"98 other": 0, "99 missing": 0}, id="nothing"),
        pytest.param(
            [1.0, 2.0, -0.0, np.nan],
            {"00 = 0": 1, "01 = 1": 1, "02 = 2": 1, "98 other": 0, "99 missing": 1},
            id="a few values",
        ),
    ],
)
def test_numbers_that_hardly_vary(values: list[float], counts: dict[str, int]) -> None:
    bins = number_bins(np.array(values))
    found = bins.counts(np.array(values)).tolist()
    assert dict(zip(bins.labels, found, strict=True)) == counts


def test_equal_values_stay_together_and_the_last_interval_is_not_empty() -> None:
    hours = np.repeat(np.arange(24.0), 20)
    bins = number_bins(hours)
    assert bins.labels[:2] == ("00 ≤ 2", "01 ≤ 4")
    assert bins.labels[-2] == "09 > 21"
    assert bins.counts(hours)[:-1].min() >= 40


def test_few_rows_get_few_bins() -> None:
    assert len(number_bins(np.arange(20.0)).edges) == 3


def test_an_edge_of_a_sensitive_feature_is_nobodys_value_and_its_labels_tell_none() -> None:
    values = DRAW.normal(50_000, 9_000, 1_000)
    bins = number_bins(values, sensitive=True)
    assert not np.isin(bins.edges, values).any()
    assert bins.labels == (*(f"{code:02}" for code in range(10)), "99 missing")
    assert bins.counts(values)[:-1].tolist() == pytest.approx([100] * 10, abs=10)


def test_a_score_that_differs_in_its_last_digits_stays_in_its_bin() -> None:
    levels = np.array([0.1, 0.2, 0.3, 0.35, 0.9])
    predictions = np.repeat(levels, [50, 400, 30, 500, 20])
    bins = score_bins(predictions)
    assert bins.atoms == ()
    expected = bins.assign(predictions)
    for noise in (1e-8, -1e-8):
        assert (bins.assign(predictions + noise) == expected).all()
    assert len(set(bins.assign(levels).tolist())) == 5


def test_a_score_of_many_levels_keeps_within_its_bins() -> None:
    heavy = np.repeat(np.arange(9.0), 108)
    bins = score_bins(np.concatenate([heavy, np.linspace(0.1, 8.9, 28)]))
    assert len(bins.labels) <= MOST_BINS
    assert len(set(bins.assign(np.arange(9.0)).tolist())) == 9


CITIES = tuple(f"C{i:02}" for i in range(30))


@pytest.mark.parametrize(
    ("made", "labels"),
    [
        pytest.param(
            feature(categories=("b", "a")),
            ("00 b", "01 a", "98 other", "99 missing"),
            id="closed: all of the contract's, in its order",
        ),
        pytest.param(
            feature(open=True),
            ("00 b", "01 C07", "02 a", "97 unseen", "98 other", "99 missing"),
            id="open: the most frequent, then by name",
        ),
        pytest.param(
            feature(categories=("a", "b", *CITIES)),
            ("00 b", "01 C07", "02 a", "98 other", "99 missing"),
            id="closed, but too many",
        ),
        pytest.param(
            feature(categories=("b", "a"), sensitive=True),
            ("00", "01", "98 other", "99 missing"),
            id="sensitive and closed: numbers only",
        ),
        pytest.param(
            feature(open=True, sensitive=True),
            ("98 other", "99 missing"),
            id="sensitive and open: nobody's word travels",
        ),
    ],
)
def test_bins_of_categories(made: Feature, labels: tuple[str, ...]) -> None:
    bins = bins_of(made, texts("a", "b", "b", "b", "", "C07", "C07"))
    assert isinstance(bins, CategoryBins)
    assert bins.labels == labels


def test_of_many_categories_ten_have_a_bin_and_what_nobody_knows_has_one() -> None:
    bins = bins_of(feature(open=True), texts(*CITIES, *CITIES[:12]))
    assert isinstance(bins, CategoryBins)
    assert (bins.categories, bins.rare) == (CITIES[:10], CITIES[10:])
    assert bins.labels[10:] == ("97 unseen", "98 other", "99 missing")
    codes = bins.assign(texts(CITIES[0], CITIES[11], "Atlantis", ""))
    assert [bins.labels[code][:2] for code in codes] == ["00", "98", "97", "99"]


def test_of_a_feature_with_many_names_only_the_more_frequent_ones_are_known() -> None:
    names = [f"ship {number:05}" for number in range(3_000)]
    bins = bins_of(feature(open=True), texts(*names, *names[:1_500]))
    assert isinstance(bins, CategoryBins)
    assert bins.rare == tuple(names[TOP : TOP + MOST_RARE])


def test_a_label_is_printable_and_short() -> None:
    bins = bins_of(feature(open=True), texts("a\nb", "x" * 256))
    assert bins.labels[:2] == ("00 a·b", f"01 {'x' * 39}…")
    assert bins.assign(texts("a\nb", "x" * 256)).tolist() == [0, 1]


def test_a_boolean_has_three_bins() -> None:
    bins = bins_of(feature(kind="boolean", example=True), np.array([]))
    assert isinstance(bins, NumberBins)
    assert bins.labels == ("00 false", "01 true", "99 missing")
    assert bins.assign(np.array([0.0, 1.0, np.nan])).tolist() == [0, 1, 2]
