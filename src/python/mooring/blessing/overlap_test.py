"""Training rows among those that are judged: by id, by content, and by the digest of the past."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from mooring.blessing.conftest import hearing_of, voyages
from mooring.blessing.evidence import Check
from mooring.blessing.hearing import Hearing
from mooring.blessing.honesty import MOST_COPIES
from mooring.blessing.overlap import rows_apart

ROWS = voyages()
JANUARY = ROWS.filter(pl.col("event_time").dt.month() == 1)
FEBRUARY = ROWS.filter(pl.col("event_time").dt.month() == 2)


def checks(hearing: Hearing, most: float = MOST_COPIES) -> dict[str, Check]:
    return {check.name: check for check in rows_apart(hearing, most)}


def copied(count: int, *, renamed: bool) -> pl.DataFrame:
    """January's first rows once more in February, under ids of their own or not."""
    again = JANUARY.head(count).with_columns(
        pl.col("event_time").dt.offset_by("31d"),
        row_id=pl.lit("again ") + pl.col("row_id") if renamed else pl.col("row_id"),
    )
    return pl.concat([ROWS, again])


def test_honest_rows_are_apart() -> None:
    for seed in range(5):
        found = checks(hearing_of(voyages(seed)))
        assert {check.verdict for check in found.values()} == {"blessed"}


def test_a_training_row_that_is_judged_is_refused() -> None:
    check = checks(hearing_of(copied(1, renamed=False)))["no training row is judged"]
    assert (check.verdict, check.reason) == ("refused", "1 row ids were learned from")


def test_training_rows_under_other_ids_are_refused() -> None:
    found = checks(hearing_of(copied(40, renamed=True)))
    assert found["no training row is judged"].verdict == "blessed"
    check = found["no training row is judged under another id"]
    assert check.verdict == "refused"
    share = 40 / (len(FEBRUARY) + 40)
    assert check.value == pytest.approx(share)
    assert check.reason == (
        f"{share:.2%} of the rows repeat a training row, features and label alike"
    )


def test_how_many_copies_are_too_many_is_the_gates() -> None:
    name = "no training row is judged under another id"
    few = hearing_of(copied(3, renamed=True))
    assert checks(few)[name].verdict == "blessed"
    assert checks(few, most=0.0)[name].verdict == "refused"


def coarse(rows: pl.DataFrame) -> pl.DataFrame:
    """Few values: honest rows repeat each other."""
    return rows.with_columns(
        pl.col("wind").round(0), pl.col("cargo").round(0), crew=pl.col("crew") // 20
    )


def test_a_table_that_repeats_itself_is_honest() -> None:
    for seed in range(5):
        check = checks(hearing_of(coarse(voyages(seed))))[
            "no training row is judged under another id"
        ]
        assert check.value is not None
        assert check.value > 0.5
        assert check.verdict == "blessed"


def test_nulls_are_compared_as_values() -> None:
    empty = copied(40, renamed=True).with_columns(wind=pl.lit(None, pl.Float64))
    check = checks(hearing_of(empty))["no training row is judged under another id"]
    assert check.verdict == "refused"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        pytest.param(
            lambda rows: rows.filter(pl.col("row_id") != JANUARY["row_id"][0]),
            "inconclusive",
            id="a training row is gone",
        ),
        pytest.param(
            lambda rows: rows.with_columns(
                cargo=pl.when(pl.col("row_id") == JANUARY["row_id"][0])
                .then(0.0)
                .otherwise(pl.col("cargo"))
            ),
            "inconclusive",
            id="a training row was corrected",
        ),
        pytest.param(
            lambda rows: pl.concat(
                [
                    rows,
                    rows.tail(9).with_columns(
                        pl.col("event_time") + timedelta(days=90),
                        row_id=pl.lit("new ") + pl.col("row_id"),
                    ),
                ]
            ),
            "blessed",
            id="rows were added later",
        ),
        pytest.param(lambda rows: rows.reverse(), "blessed", id="they come in another order"),
    ],
)
def test_a_dataset_that_moved_on(change, verdict: str) -> None:  # type: ignore[no-untyped-def]
    hearing = hearing_of(ROWS)
    moved = Hearing(
        hearing.contract, hearing.training, hearing.dataset, change(ROWS), hearing.period
    )
    check = checks(moved)["training rows are at hand"]
    assert check.verdict == verdict
    if verdict == "inconclusive":
        assert check.reason == (
            "the dataset moved on: its rows of 2013-01-01 to 2013-01-31 are others than were "
            "learned from"
        )


def test_without_the_training_rows_nothing_can_be_told() -> None:
    hearing = hearing_of(ROWS)
    alone = Hearing(hearing.contract, hearing.training, hearing.dataset, FEBRUARY, hearing.period)
    found = checks(alone)
    assert {check.verdict for check in found.values()} == {"inconclusive"}
    assert found["no training row is judged"].reason == (
        "the dataset has no row of the training period"
    )
