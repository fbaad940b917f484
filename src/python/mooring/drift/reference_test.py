"""`reference.json`: made from rows, written in one spelling, read back or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import pytest
from annotated_types import Ge, Le

from mooring.contract.annotations import Category
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features
from mooring.drift.bins import SCORE, binned_in
from mooring.drift.errors import ReferenceUnreadable
from mooring.drift.reference import Reference, read_reference, reference_of

ROWS = 700
DAYS = np.datetime64("2013-03-15") + np.arange(ROWS) % 7
DRAW = np.random.default_rng(7)
PREDICTIONS = DRAW.random(ROWS)
COLUMNS: Columns = {
    "carrier": np.array(["AA", "UA", ""] * ROWS, dtype=object)[:ROWS],
    "temp": np.where(np.arange(ROWS) % 9 == 0, np.nan, DRAW.normal(60, 9, ROWS)),
}


class Trip(Features):
    """One trip."""

    carrier: Annotated[str | None, Category("AA", "UA")]
    temp: Annotated[float | None, Ge(-80.0), Le(140.0)] = None


CONTRACT = Contract.of(
    Trip, name="tiny", version="1.0", prediction=Prediction(name="p", kind="number", label="y")
)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return reference_of(CONTRACT, COLUMNS, PREDICTIONS, DAYS)


def test_it_counts_each_row_once_for_each_feature_and_the_score(reference: Reference) -> None:
    assert [f.feature for f in reference.features] == ["carrier", "temp", SCORE]
    assert (reference.rows, len(reference.blocks)) == (ROWS, 7)
    for feature in reference.features:
        assert sum(feature.rows) == ROWS
        assert feature.counts.sum(axis=1).tolist() == [100] * 7


def test_a_block_holds_the_rows_of_its_day(reference: Reference) -> None:
    for block, counts in zip(reference.blocks, reference.feature("temp").counts, strict=True):
        own = COLUMNS["temp"][np.datetime64(block.day) == DAYS]
        assert (counts == reference.feature("temp").bins.counts(own)).all()


def test_the_order_of_the_rows_does_not_matter(reference: Reference) -> None:
    order = DRAW.permutation(ROWS)
    shuffled = {name: column[order] for name, column in COLUMNS.items()}
    assert reference_of(CONTRACT, shuffled, PREDICTIONS[order], DAYS[order]) == reference


def test_it_is_read_as_it_was_written(reference: Reference) -> None:
    written = reference.to_json()
    read = read_reference(written, place="reference.json")
    assert read == reference
    assert read.to_json() == written
    totals = binned_in(written, ["carrier", "temp", SCORE], place="reference.json")
    assert [(b.feature, b.bins, b.rows) for b in totals] == [
        (f.feature, f.bins, f.rows) for f in reference.features
    ]


def test_an_unknown_feature_is_a_key_error(reference: Reference) -> None:
    with pytest.raises(KeyError):
        reference.feature("altitude")


Bend = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("bend", "place"),
    [
        pytest.param(lambda d: d.update(format=2), "format", id="a newer format"),
        pytest.param(lambda d: d.update(extra=1), "extra", id="an unknown field"),
        pytest.param(lambda d: d.update(blocks=[]), "blocks", id="no block"),
        pytest.param(
            lambda d: d["blocks"][2].update(day="March"), r"blocks\.2\.day", id="a day that is none"
        ),
        pytest.param(
            lambda d: d["features"].pop(), "the document: features are", id="without the score"
        ),
        pytest.param(
            lambda d: d["blocks"][0].update(rows=99),
            "the document: carrier: each row",
            id="a row that is in no bin",
        ),
        pytest.param(
            lambda d: d["features"][1]["by_block"].pop(),
            r"features\.1: the rows of the blocks",
            id="a block without counts",
        ),
        pytest.param(
            lambda d: d["features"][0]["by_block"][3].pop(),
            r"features\.0: there is one number",
            id="a block with too few counts",
        ),
        pytest.param(
            lambda d: d["features"][0]["rows"].append("secret"),
            r"features\.0\.rows\.4",
            id="a count that is none",
        ),
    ],
)
def test_what_training_would_not_write_is_refused_with_its_field_and_no_value(
    reference: Reference, bend: Bend, place: str
) -> None:
    document = json.loads(reference.to_json())
    bend(document)
    with pytest.raises(ReferenceUnreadable, match=f"b/reference.json: {place}") as refused:
        read_reference(json.dumps(document).encode(), place="b/reference.json")
    assert "secret" not in str(refused.value)
