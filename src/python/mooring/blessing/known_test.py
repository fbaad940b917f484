"""Values from after the prediction, by the instants that the dataset keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from mooring.blessing.conftest import INSTANT, hearing_of, voyages, voyages_contract
from mooring.blessing.evidence import Check
from mooring.blessing.hearing import Hearing
from mooring.blessing.known import known_in_time

ROWS = voyages()
FIVE = pl.int_range(pl.len()) < 5


def ask(rows: pl.DataFrame, known_at: dict[str, Any] | None = None) -> list[Check]:
    hearing = hearing_of(rows)
    if known_at is not None:
        hearing = replace(
            hearing, dataset=hearing.dataset.model_copy(update={"known_at": known_at})
        )
    return list(known_in_time(hearing))


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        pytest.param(pl.col("event_time").dt.offset_by("-1h"), "blessed", id="just in time"),
        pytest.param(pl.col("event_time").dt.offset_by("-3599s"), "refused", id="a second late"),
        pytest.param(pl.col("event_time").dt.offset_by("1h"), "refused", id="after the event"),
        pytest.param(pl.lit(None, INSTANT), "inconclusive", id="not said"),
    ],
)
def test_a_value_is_known(known: pl.Expr, verdict: str) -> None:
    whole = ask(ROWS.with_columns(observed_at=known))
    some = ask(ROWS.with_columns(observed_at=pl.when(FIVE).then(known).otherwise("observed_at")))
    assert [check.verdict for check in whole + some] == [verdict, verdict]
    assert (
        some[0].reason
        == {
            "blessed": "",
            "refused": "5 rows hold values of wind that became known too late",
            "inconclusive": "5 rows do not say since when wind was known",
        }[verdict]
    )


@pytest.mark.parametrize(
    "known", [pl.col("event_time"), pl.lit(None, INSTANT)], ids=["too late", "not said"]
)
def test_a_value_that_is_null_need_not_be_known(known: pl.Expr) -> None:
    rows = ROWS.with_columns(wind=pl.lit(None, pl.Float64), observed_at=known)
    assert [check.verdict for check in ask(rows)] == ["blessed"]


@pytest.mark.parametrize(
    "known_at",
    [
        pytest.param({}, id="no column is said"),
        pytest.param({"read_at": ("wind",)}, id="a column that is not there"),
        pytest.param({"observed_at": ("cargo",)}, id="the column of another feature"),
    ],
)
def test_a_dataset_that_does_not_say_is_inconclusive(known_at: dict[str, Any]) -> None:
    (check,) = ask(ROWS, known_at)
    assert (check.verdict, check.value) == ("inconclusive", None)
    assert check.reason == "the dataset does not say since when wind was known"


def test_rows_of_neither_period_are_not_asked() -> None:
    march = ROWS.tail(9).with_columns(
        pl.col("event_time").dt.offset_by("60d"),
        observed_at=pl.col("event_time").dt.offset_by("90d"),
    )
    (check,) = ask(pl.concat([ROWS, march]))
    assert (check.verdict, check.rows) == ("blessed", len(ROWS))


def test_a_contract_that_promises_nothing_is_not_asked() -> None:
    contract = voyages_contract()
    features = tuple(f.model_copy(update={"available_at": None}) for f in contract.features)
    hearing = hearing_of(ROWS, contract.model_copy(update={"features": features}))
    assert isinstance(hearing, Hearing)
    assert list(known_in_time(hearing)) == []
