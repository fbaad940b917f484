"""Labels dealt anew: who still knows the true ones, and who may not be blamed for leaning."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from mooring.blessing.conftest import hearing_of, voyages, voyages_contract
from mooring.blessing.evidence import Check
from mooring.blessing.hearing import Hearing
from mooring.blessing.permutation import Refit, chance_stays_chance
from mooring.contract.columns import Columns
from mooring.data.errors import DatasetEmpty
from mooring.evaluation.metrics import Floats

ROWS = voyages()
LATE = voyages_contract()
HOURS = voyages_contract(kind="number", label="hours")


def design(columns: Columns) -> Floats:
    return np.column_stack([columns["wind"], columns["cargo"], columns["crew"]])


def design_of(rows: pl.DataFrame) -> Floats:
    return rows.select("wind", "cargo", "crew").to_numpy().astype(np.float64)


def honest(rows: pl.DataFrame) -> Callable[[Columns], Floats]:
    """A logistic model of the rows that it is given."""
    model = LogisticRegression().fit(design_of(rows), rows["is_late"].to_numpy())
    return lambda columns: np.asarray(model.decision_function(design(columns)))


def honest_number(rows: pl.DataFrame) -> Callable[[Columns], Floats]:
    model = LinearRegression().fit(design_of(rows), rows["hours"].to_numpy())
    return lambda columns: np.asarray(model.predict(design(columns)))


def remembering(column: str) -> Refit:
    """A pipeline that looks the answers up elsewhere, by cargo, whatever the labels say."""
    kept = dict(zip(ROWS["cargo"], ROWS[column].cast(pl.Float64), strict=True))

    return lambda rows: lambda columns: np.array([kept[float(c)] for c in columns["cargo"]])


def ask(refit: Refit | None, hearing: Hearing | None = None) -> Check:
    (check,) = chance_stays_chance(hearing or hearing_of(ROWS), refit)
    return check


@pytest.mark.parametrize("seed", range(10))
def test_an_honest_model_scores_like_chance(seed: int) -> None:
    rows = voyages(seed)
    check = ask(honest, hearing_of(rows))
    assert check.verdict == "blessed"
    assert check.lower is not None
    assert check.upper is not None
    assert check.lower < 0.5 < check.upper
    assert ask(honest_number, hearing_of(rows, HOURS)).verdict == "blessed"


@pytest.mark.parametrize(
    ("hearing", "column"),
    [
        pytest.param(hearing_of(ROWS, LATE), "is_late", id="the true class"),
        pytest.param(hearing_of(ROWS, HOURS), "hours", id="the true number"),
    ],
)
def test_a_model_that_was_told_some_other_way_is_refused(hearing: Hearing, column: str) -> None:
    check = ask(remembering(column), hearing)
    assert (check.verdict, check.reason) == ("refused", "it knows labels that it was not told")
    assert check.lower is not None


def test_the_labels_are_dealt_and_the_rows_are_not() -> None:
    given: list[pl.DataFrame] = []

    def spy(rows: pl.DataFrame) -> Callable[[Columns], Floats]:
        given.append(rows)
        return honest(rows)

    ask(spy)
    true = hearing_of(ROWS).sample
    for rows in given:
        assert rows.drop("is_late").equals(true.drop("is_late"))
        assert rows["is_late"].sum() == true["is_late"].sum()
        assert abs((rows["is_late"] == true["is_late"]).mean() - 0.5) < 0.2  # type: ignore[operator]
    assert len({tuple(rows["is_late"]) for rows in given}) == 5


def fails(rows: pl.DataFrame) -> Callable[[Columns], Floats]:
    raise DatasetEmpty("no rows", place="somewhere", cure="None.")


def undefined(rows: pl.DataFrame) -> Callable[[Columns], Floats]:
    return lambda columns: np.full(len(columns["cargo"]), np.nan)


@pytest.mark.parametrize(
    ("refit", "reason"),
    [
        pytest.param(
            None, "nothing to train again with: a model without training code", id="no refit"
        ),
        pytest.param(fails, "training on dealt labels failed (DatasetEmpty)", id="it fails"),
        pytest.param(undefined, "roc_auc is undefined here", id="it answers NaN"),
    ],
)
def test_what_cannot_be_told_is_inconclusive(refit: Refit | None, reason: str) -> None:
    check = ask(refit)
    assert (check.verdict, check.value, check.reason) == ("inconclusive", None, reason)


def test_a_holdout_of_one_class_is_inconclusive() -> None:
    january = pl.col("event_time").dt.month() == 1
    check = ask(honest, hearing_of(ROWS.with_columns(is_late=january & pl.col("is_late"))))
    assert (check.verdict, check.value) == ("inconclusive", None)


def test_without_training_rows_it_is_inconclusive() -> None:
    hearing = hearing_of(ROWS)
    alone = Hearing(
        hearing.contract, hearing.training, hearing.dataset, hearing.holdout, hearing.period
    )
    assert ask(honest, alone).reason == "the dataset has no row of the training period"
