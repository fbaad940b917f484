"""Time: a future that was learned from, and event times that are not those of their rows."""

from __future__ import annotations

import doctest

import polars as pl
import pytest

from mooring.blessing import order
from mooring.blessing.conftest import hearing_of, voyages, voyages_contract
from mooring.blessing.evidence import Check
from mooring.blessing.hearing import Hearing
from mooring.blessing.order import past_before_future, times_belong_to_rows
from mooring.bundle.manifest import Period


def test_the_documented_examples_hold() -> None:
    assert doctest.testmod(order).attempted > 0
    assert doctest.testmod(order).failed == 0


@pytest.mark.parametrize(
    ("start", "end", "verdict"),
    [
        pytest.param("2013-02-01", "2013-02-28", "blessed", id="the month after"),
        pytest.param("2013-01-31", "2013-02-28", "refused", id="from its last day"),
        pytest.param("2012-12-01", "2012-12-31", "refused", id="the month before"),
    ],
)
def test_training_on_january_is_judged_on(start: str, end: str, verdict: str) -> None:
    hearing = hearing_of(voyages())
    judged = Period(start=start, end=end)
    (check,) = past_before_future(
        Hearing(hearing.contract, hearing.training, hearing.dataset, hearing.rows, judged)
    )
    assert check.verdict == verdict
    assert check.reason == ("" if verdict == "blessed" else "training ended on 2013-01-31")


def times(rows: pl.DataFrame) -> dict[str, Check]:
    return {check.name: check for check in times_belong_to_rows(hearing_of(rows))}


@pytest.mark.parametrize("seed", range(20))
def test_honest_times_are_blessed(seed: int) -> None:
    assert {check.verdict for check in times(voyages(seed)).values()} == {"blessed"}


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_times_are_refused(seed: int) -> None:
    rows = voyages(seed).with_columns(pl.col("event_time").shuffle(seed=seed))
    found = times(rows)
    assert {check.verdict for check in found.values()} == {"refused"}
    assert "wind keep together no more than by chance" in (
        found["event times belong to the rows, holdout"].reason
    )


def test_times_that_were_shuffled_in_the_holdout_only_are_found_there() -> None:
    rows = voyages()
    january, february = (rows.filter(pl.col("event_time").dt.month() == m) for m in (1, 2))
    mixed = pl.concat([january, february.with_columns(pl.col("event_time").shuffle(seed=1))])
    assert {name: check.verdict for name, check in times(mixed).items()} == {
        "event times belong to the rows, holdout": "refused",
        "event times belong to the rows, training": "blessed",
    }


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"wind": pl.lit(1.5)}, id="a feature that never varies"),
        pytest.param({"wind": pl.lit(None, pl.Float64)}, id="a feature that is always null"),
    ],
)
def test_what_does_not_vary_cannot_be_told(change: dict[str, pl.Expr]) -> None:
    for check in times(voyages().with_columns(**change)).values():
        assert (check.verdict, check.value) == ("inconclusive", None)
        assert check.reason == "fewer than two days, or nothing varies in wind"


def test_a_contract_without_clusters_is_not_asked() -> None:
    contract = voyages_contract()
    features = tuple(f.model_copy(update={"cluster": None}) for f in contract.features)
    loose = contract.model_copy(update={"features": features})
    assert list(times_belong_to_rows(hearing_of(voyages(), loose))) == []
