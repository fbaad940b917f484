"""Features that tell the label, alone or together: what is caught, and what is honest."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mooring.blessing.conftest import hearing_of, voyages, voyages_contract
from mooring.blessing.evidence import Check
from mooring.blessing.honesty import CEILING
from mooring.blessing.leakage import no_feature_tells, no_features_tell
from mooring.contract.contract import Contract

LATE = voyages_contract()
HOURS = voyages_contract(kind="number", label="hours")
ROWS = voyages()
NOISE = pl.Series(np.random.default_rng(5).normal(0, 3, len(ROWS)))
FINER = pl.Series(np.random.default_rng(6).permutation(len(ROWS)) / 1e6)


def alone(rows: pl.DataFrame, contract: Contract = LATE, ceiling: float = CEILING) -> Check:
    (check,) = no_feature_tells(hearing_of(rows, contract), ceiling)
    return check


def together(rows: pl.DataFrame, contract: Contract = LATE, ceiling: float = CEILING) -> Check:
    (check,) = no_features_tell(hearing_of(rows, contract), ceiling)
    return check


@pytest.mark.parametrize(
    ("contract", "change", "feature"),
    [
        pytest.param(LATE, {"cargo": pl.col("is_late").cast(pl.Float64)}, "cargo", id="a copy"),
        pytest.param(LATE, {"cargo": -pl.col("is_late").cast(pl.Float64)}, "cargo", id="negated"),
        pytest.param(
            LATE,
            {"cargo": pl.col("is_late").cast(pl.Float64) + FINER},
            "cargo",
            id="a copy that is never twice the same",
        ),
        pytest.param(
            LATE,
            {"crew": pl.when("is_late").then(pl.lit(7)).otherwise(pl.col("crew") % 5 + 8)},
            "crew",
            id="one value among many",
        ),
        pytest.param(
            LATE,
            {"crew": pl.col("crew") // 2 * 2 + pl.col("is_late").cast(pl.Int64)},
            "crew",
            id="odd and even",
        ),
        pytest.param(
            LATE,
            {"port": pl.when("is_late").then(pl.lit("EWR")).otherwise(pl.lit("JFK"))},
            "port",
            id="a category",
        ),
        pytest.param(
            LATE,
            {"wind": pl.when(~pl.col("is_late")).then("wind")},
            "wind",
            id="known only where nothing happened",
        ),
        pytest.param(HOURS, {"cargo": pl.col("hours")}, "cargo", id="a number's copy"),
        pytest.param(HOURS, {"cargo": pl.col("hours") * 60 - 7}, "cargo", id="in another unit"),
        pytest.param(HOURS, {"cargo": (-pl.col("hours") / 9).exp()}, "cargo", id="bent"),
    ],
)
def test_a_feature_that_tells_the_label(
    contract: Contract, change: dict[str, pl.Expr], feature: str
) -> None:
    check = alone(ROWS.with_columns(**change), contract)
    assert (check.verdict, check.reason) == ("refused", f"tells the label alone: {feature}")
    assert check.value is not None
    assert check.value >= CEILING


@pytest.mark.parametrize(
    ("contract", "change", "features"),
    [
        pytest.param(
            HOURS, {"wind": pl.col("hours") - NOISE, "cargo": NOISE}, {"wind", "cargo"}, id="a sum"
        ),
        pytest.param(
            LATE,
            {"wind": pl.col("hours") - NOISE, "cargo": NOISE},
            {"wind", "cargo"},
            id="a sum above a threshold",
        ),
        pytest.param(
            LATE,
            {
                "wind": pl.when("is_late").then(NOISE.abs() + 0.01).otherwise(-NOISE.abs() - 0.01)
                * pl.when(pl.col("crew") < 30).then(1).otherwise(-1)
            },
            {"wind", "crew"},
            id="a sign that another feature turns",
        ),
    ],
)
def test_features_that_tell_the_label_together(
    contract: Contract, change: dict[str, pl.Expr], features: set[str]
) -> None:
    rows = ROWS.with_columns(**change)
    check = together(rows, contract)
    assert check.verdict == "refused"
    named = check.reason.removeprefix("tell the label together: ").split(", ")
    assert set(named[:2]) == features
    assert alone(rows, contract).verdict == "blessed"


@pytest.mark.parametrize("contract", [LATE, HOURS], ids=["a probability", "a number"])
@pytest.mark.parametrize("seed", range(3))
def test_honest_features_are_blessed(contract: Contract, seed: int) -> None:
    rows = voyages(seed)
    assert alone(rows, contract).verdict == "blessed"
    assert together(rows, contract).verdict == "blessed"


def test_a_category_of_a_kind_for_every_row_tells_nothing() -> None:
    """In fold it would tell everything."""
    rows = ROWS.with_columns(port=pl.col("row_id"))
    check = alone(rows)
    assert (check.verdict, check.reason) == ("blessed", "best: wind")


def test_the_ceiling_is_the_gates() -> None:
    score = alone(ROWS).value
    assert score is not None
    assert alone(ROWS, ceiling=score + 1e-6).verdict == "blessed"
    assert alone(ROWS, ceiling=score - 1e-6).verdict == "refused"


@pytest.mark.parametrize(
    ("contract", "change", "reason"),
    [
        pytest.param(
            LATE, {"is_late": pl.lit(True)}, "a class has fewer than 30 rows", id="one class"
        ),
        pytest.param(
            LATE,
            {"is_late": pl.int_range(pl.len()) < 29},
            "a class has fewer than 30 rows",
            id="a rare class",
        ),
        pytest.param(HOURS, {"hours": pl.lit(2.0)}, "all labels are alike", id="one number"),
    ],
)
def test_what_cannot_be_told_is_inconclusive(
    contract: Contract, change: dict[str, pl.Expr], reason: str
) -> None:
    for check in (
        alone(ROWS.with_columns(**change), contract),
        together(ROWS.with_columns(**change), contract),
    ):
        assert (check.verdict, check.value, check.reason) == ("inconclusive", None, reason)
