"""Bins: every value in exactly one, counts that add, documents that are read back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mooring.contract.texts import Texts, texts_of
from mooring.drift.bins import SCORE, Binned, CategoryBins, NumberBins, binned_in
from mooring.drift.errors import ReferenceUnreadable
from mooring.telemetry import bins as telemetry

LARGEST = np.finfo(np.float64).max
numbers = st.floats(width=64) | st.sampled_from([-0.0, 5e-324, LARGEST, -LARGEST])
points = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=8, unique=True)


def labels(count: int) -> tuple[str, ...]:
    return tuple(f"{code:02}" for code in range(count))


@st.composite
def number_bins(draw: st.DrawFn) -> NumberBins:
    edges, atoms = sorted(draw(points)), sorted(draw(points))
    count = len(edges) + len(atoms) + 2
    return NumberBins(edges=tuple(edges), atoms=tuple(atoms), labels=labels(count))


def by_hand(bins: NumberBins, value: float) -> int:
    """The bin of one value, as the docstring says it."""
    if value != value:
        return len(bins.labels) - 1
    order = [(atom, 0) for atom in bins.atoms] + [(edge, 1) for edge in bins.edges]
    order = [*sorted(order), (float("inf"), 1)]
    if value in bins.atoms:
        return next(i for i, (point, kind) in enumerate(order) if kind == 0 and point == value)
    return next(i for i, (point, kind) in enumerate(order) if kind == 1 and value <= point)


@settings(deadline=None)
@given(number_bins(), st.lists(numbers))
def test_each_number_is_in_the_one_bin_that_a_reader_would_say(
    bins: NumberBins, values: list[float]
) -> None:
    special = [*bins.edges, *bins.atoms, np.inf, -np.inf, np.nan, 0.0, -0.0]
    column = np.array(values + special)
    codes = bins.assign(column)
    assert codes.tolist() == [by_hand(bins, value) for value in column.tolist()]
    assert (bins.counts(column) == np.bincount(codes, minlength=len(bins.labels))).all()


@settings(deadline=None, max_examples=20)
@given(number_bins(), st.lists(numbers, min_size=1, max_size=50))
def test_many_numbers_are_counted_like_few(bins: NumberBins, values: list[float]) -> None:
    few = np.array([*values, *bins.edges, *bins.atoms, np.inf, -np.inf, np.nan])
    times = 10_000 // len(few) + 1
    assert (bins.counts(np.tile(few, times)) == times * bins.counts(few)).all()


@settings(deadline=None)
@given(number_bins(), st.lists(numbers))
def test_counts_of_eight_parts_add_up_to_those_of_the_whole(
    bins: NumberBins, values: list[float]
) -> None:
    column = np.array(values)
    parts = np.array([bins.counts(column[i::8]) for i in range(8)])
    assert (parts.sum(axis=0) == bins.counts(column)).all()
    assert bins.counts(column).sum() == len(values)


texts = st.text(max_size=3)


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=3), max_size=20, unique=True), st.lists(texts))
def test_each_category_is_in_one_bin_and_counts_are_those_of_the_codes(
    categories: list[str], values: list[str]
) -> None:
    bins = CategoryBins(categories=tuple(categories), labels=labels(len(categories) + 2))
    column = np.array([*values, "", None, *categories], dtype=object)
    codes = bins.assign(column)
    other, missing = len(categories), len(categories) + 1
    for value, code in zip(column, codes.tolist(), strict=True):
        known = categories.index(value) if value in categories else other
        assert code == (known if value else missing)
    assert (bins.counts(column) == np.bincount(codes, minlength=len(bins.labels))).all()


names = st.text(max_size=9)


@settings(deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=9), max_size=20, unique=True),
    st.integers(0, 19),  # with three more bins of their own, as many as there may be
    st.lists(names),
)
def test_strings_are_counted_alike_whether_decoded_or_not(
    known: list[str], frequent: int, values: list[str]
) -> None:
    categories, rare = tuple(known[:frequent]), tuple(known[frequent:])
    bins = CategoryBins(categories=categories, rare=rare, labels=labels(len(categories) + 3))
    held = [*values, *known, "", *values]
    counted = bins.counts_of_texts(texts_of(held))
    assert counted.tolist() == bins.counts(np.array(held, dtype=object)).tolist()


def test_bytes_that_are_no_utf8_are_no_category() -> None:
    bins = CategoryBins(categories=("a", "longer than seven"), labels=labels(4))
    texts = Texts(np.array([1, 2, 9], dtype="<u4"), b"a\xff\xfe\xff2345678")
    assert bins.counts_of_texts(texts).tolist() == [1, 0, 2, 0]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param("a", 0, id="a category of its own"),
        pytest.param("b", 2, id="a rare one is among the others"),
        pytest.param("c", 1, id="one that the reference does not hold is unseen"),
        pytest.param("", 3, id="the empty string is missing"),
        pytest.param(None, 3, id="so is None"),
    ],
)
def test_a_category_that_nobody_knows_has_a_bin_of_its_own(value: str | None, code: int) -> None:
    bins = CategoryBins(categories=("a",), rare=("b",), labels=labels(4))
    column = np.array([value], dtype=object)
    assert bins.assign(column).tolist() == [code]
    assert bins.counts(column).tolist() == np.eye(4, dtype=int)[code].tolist()


@pytest.mark.parametrize("rare", [("a",), ("b", "b"), ("",)])
def test_a_rare_category_has_one_name_of_its_own(rare: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="distinct and not empty"):
        CategoryBins(categories=("a",), rare=rare, labels=labels(4))


NUMBER = NumberBins(edges=(1.0, 2.0), atoms=(0.0,), labels=labels(5))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param(1.0, 1, id="an edge belongs to the interval below it"),
        pytest.param(np.nextafter(1.0, 2.0), 2, id="the next float does not"),
        pytest.param(-0.0, 0, id="minus zero is zero"),
        pytest.param(np.nextafter(0.0, 1.0), 1, id="what is next to an atom is beside it"),
        pytest.param(np.nextafter(0.0, -1.0), 1, id="on either side"),
        pytest.param(-np.inf, 1, id="minus infinity is in the first interval"),
        pytest.param(np.inf, 3, id="infinity is in the last"),
        pytest.param(np.nan, 4, id="NaN is missing"),
    ],
)
def test_a_value_at_the_border(value: float, code: int) -> None:
    assert NUMBER.assign(np.array([value])).tolist() == [code]
    assert NUMBER.assign(np.array([None, value], dtype=object)).tolist() == [4, code]


@given(number_bins())
def test_the_open_ends_hold_the_infinities(bins: NumberBins) -> None:
    assert bins.assign(np.array([-np.inf, np.inf])).tolist() == list(bins.open_ends)


def test_bins_of_no_values_count_nothing() -> None:
    assert NUMBER.counts(np.array([])).tolist() == [0] * 5
    category = CategoryBins(categories=("a",), labels=labels(3))
    assert category.counts(np.array([], dtype=object)).tolist() == [0, 0, 0]
    assert category.counts_of_texts(texts_of([])).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("rows", "testable"),
    [
        pytest.param((0, 9, 0, 0, 0), False, id="a constant"),
        pytest.param((0, 0, 0, 0, 9), False, id="nothing but missing values"),
        pytest.param((0, 0, 0, 0, 0), False, id="no rows"),
        pytest.param((0, 8, 0, 0, 1), True, id="a value and a gap"),
    ],
)
def test_of_fewer_than_two_occupied_bins_nothing_can_be_said(
    rows: tuple[int, ...], testable: bool
) -> None:
    assert Binned(feature="x", bins=NUMBER, rows=rows).testable is testable


def document(**changes: Any) -> dict[str, Any]:
    binned = {"feature": "x", "bins": NUMBER.model_dump(), "rows": [1, 2, 3, 4, 5]} | changes
    return {"format": 1, "blocks": [], "features": [{**binned, "by_block": [[0]]}]}


def test_serving_reads_bins_and_totals_and_leaves_the_blocks() -> None:
    (read,) = binned_in(json.dumps(document()).encode(), ["x"], place="reference.json")
    assert read == Binned(feature="x", bins=NUMBER, rows=(1, 2, 3, 4, 5))


def bent(**changes: Any) -> dict[str, Any]:
    return document(bins=NUMBER.model_dump() | changes)


@pytest.mark.parametrize(
    ("told", "place"),
    [
        pytest.param({"format": 2, "features": []}, "format", id="a newer format"),
        pytest.param({"format": 1}, "features", id="no features"),
        pytest.param(document(feature="y"), "features: they are not", id="another's features"),
        pytest.param(document(rows=[1]), r"features\.0", id="too few counts"),
        pytest.param(document(rows=[-1, 2, 3, 4, 5]), r"features\.0\.rows\.0", id="less than none"),
        pytest.param(bent(edges=[2, 1]), r"features\.0\.bins\.number: edges", id="edges fall"),
        pytest.param(bent(atoms=[]), r"features\.0\.bins\.number: each", id="a label too many"),
        pytest.param(
            bent(labels=["a"] * 5), r"features\.0\.bins\.number: each bin", id="labels alike"
        ),
        pytest.param(bent(kind="date"), r"features\.0\.bins", id="an unknown kind of bins"),
        pytest.param(
            bent(labels=list(labels(23))), r"features\.0\.bins\.number\.labels", id="too many"
        ),
    ],
)
def test_a_reference_that_contradicts_itself_is_refused_with_its_field(
    told: dict[str, Any], place: str
) -> None:
    with pytest.raises(ReferenceUnreadable, match=f"b/reference.json: {place}"):
        binned_in(json.dumps(told).encode(), ["x"], place="b/reference.json")


@pytest.mark.parametrize("told", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_document_is_refused(told: bytes) -> None:
    with pytest.raises(ReferenceUnreadable, match="the document"):
        binned_in(told, ["x"], place="reference.json")


def test_the_score_is_called_as_its_metrics_call_it() -> None:
    assert SCORE == telemetry.SCORE
