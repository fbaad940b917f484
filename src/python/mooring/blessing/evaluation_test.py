"""The evaluation blessing: what passes, what fails, and what cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from mooring.blessing.conftest import UNASKED
from mooring.blessing.errors import GateUnusable
from mooring.blessing.evaluation import evaluate
from mooring.blessing.evidence import Blessing
from mooring.blessing.gate import Floor, Gate, Slice
from mooring.blessing.honesty import QUESTIONS
from mooring.bundle.load import LoadedModel
from mooring.bundle.manifest import METRICS, Period
from mooring.bundle.open import Bundle
from mooring.data.dataset import DatasetVersion
from mooring.data.errors import DatasetEmpty

FEBRUARY = Period(start="2013-02-01", end="2013-02-28")
GOOD = Floor("roc_auc", at_least=0.7)
BEYOND = Floor("roc_auc", at_least=0.999)

Judge = Callable[..., Blessing]


@pytest.fixture
def judge(loaded: LoadedModel, dataset: DatasetVersion, rows: pl.DataFrame) -> Judge:
    """Judge by a gate: `judge(floors=(…), minimum_rows=5)`, of other rows if given."""

    def run(rows: pl.DataFrame = rows, model: LoadedModel = loaded, **gate: Any) -> Blessing:
        demanded: dict[str, Any] = {
            "holdout": FEBRUARY,
            "floors": (GOOD,),
            "minimum_rows": 100,
            "honesty": UNASKED,
        } | gate
        return evaluate(model, Gate(**demanded), dataset, rows)

    return run


def verdicts(blessing: Blessing) -> dict[str, str]:
    """By check, without the honesty checks that come first."""
    first, *others = blessing.checks
    assert (first.name, first.verdict) == ("holdout was not learned from", "blessed")
    assert [check.name for check in others[: len(QUESTIONS)]] == list(QUESTIONS)
    return {check.name: check.verdict for check in others[len(QUESTIONS) :]}


@pytest.mark.parametrize(
    ("gate", "verdict"),
    [
        pytest.param({}, "blessed", id="a floor that is met blesses"),
        pytest.param({"floors": (BEYOND,)}, "refused", id="a floor that is missed refuses"),
        pytest.param({"floors": (GOOD, BEYOND)}, "refused", id="one missed of two refuses"),
        pytest.param({"floors": (Floor("brier", at_most=0.2),)}, "blessed", id="a ceiling kept"),
        pytest.param({"floors": (Floor("brier", at_most=0.01),)}, "refused", id="a ceiling broken"),
        pytest.param({"minimum_rows": 300}, "blessed", id="just enough rows"),
        pytest.param({"minimum_rows": 301}, "inconclusive", id="one row too few"),
        pytest.param(
            {"minimum_rows": 301, "floors": (BEYOND,)},
            "inconclusive",
            id="too few rows to refuse either",
        ),
    ],
)
def test_over_the_whole_holdout(judge: Judge, gate: dict[str, Any], verdict: str) -> None:
    blessing = judge(**gate)
    assert blessing.verdict == verdict
    assert blessing.checks[-1].rows == 300


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(pl.lit(True).alias("is_late"), id="AUC of one class only"),
        pytest.param(pl.lit(None, pl.Float64).alias("chance"), id="a model that answers NaN"),
        pytest.param(
            pl.when(pl.col("row_id") != "007").then(pl.col("chance")).alias("chance"),
            id="a model that answers NaN once",
        ),
    ],
)
def test_what_is_not_a_number_is_inconclusive(
    judge: Judge, rows: pl.DataFrame, change: pl.Expr
) -> None:
    blessing = judge(rows.with_columns(change))
    assert verdicts(blessing) == {"whole holdout": "inconclusive"}
    assert blessing.checks[-1].value is None
    assert Blessing.model_validate_json(blessing.to_json()) == blessing


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        pytest.param(
            Slice("port", GOOD, 100),
            {"port = EWR": "blessed", "port = JFK": "blessed", "port = LGA": "blessed"},
            id="every value of a closed category",
        ),
        pytest.param(
            Slice("port", GOOD, 101),
            dict.fromkeys(["port = EWR", "port = JFK", "port = LGA"], "inconclusive"),
            id="slices with a row too few",
        ),
        pytest.param(
            Slice("ship", GOOD, 150),
            {"ship = Aurora": "blessed", "ship = Borea": "inconclusive"},
            id="the values of an open category that are there",
        ),
    ],
)
def test_slices_are_judged_one_by_one(judge: Judge, declared: Slice, found: dict[str, str]) -> None:
    assert verdicts(judge(slices=(declared,))) == {"whole holdout": "blessed"} | found


def test_a_slice_that_is_bad_refuses_a_model_that_is_good_on_the_whole(
    judge: Judge, rows: pl.DataFrame
) -> None:
    worse = pl.when(pl.col("port") == "LGA").then(1 - pl.col("chance")).otherwise(pl.col("chance"))
    blessing = judge(
        rows.with_columns(chance=worse),
        floors=(Floor("roc_auc", at_least=0.5),),
        slices=(Slice("port", Floor("roc_auc", at_least=0.55), 50),),
    )
    assert verdicts(blessing) == {
        "whole holdout": "blessed", "port = EWR": "blessed", "port = JFK": "blessed",
        "port = LGA": "refused",
    }  # fmt: skip
    assert blessing.verdict == "refused"


def test_a_closed_value_that_the_holdout_lacks_is_inconclusive(
    judge: Judge, rows: pl.DataFrame
) -> None:
    blessing = judge(rows.filter(pl.col("port") != "JFK"), slices=(Slice("port", GOOD, 1),))
    assert verdicts(blessing)["port = JFK"] == "inconclusive"
    assert [check.rows for check in blessing.checks if check.name == "port = JFK"] == [0]
    assert blessing.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("gate", "problem"),
    [
        pytest.param({"floors": (Floor("accuracy", at_least=0.5),)}, "accuracy", id="a metric"),
        pytest.param({"slices": (Slice("pier", GOOD, 1),)}, "pier", id="a slice of no feature"),
        pytest.param({"slices": (Slice("chance", GOOD, 1),)}, "chance", id="a slice of numbers"),
        pytest.param({"slices": (Slice("is_late", GOOD, 1),)}, "is_late", id="a slice by label"),
        pytest.param(
            {"slices": (Slice("port", Floor("accuracy", at_least=0.5), 1),)},
            "accuracy",
            id="a metric in a slice",
        ),
    ],
)
def test_a_gate_that_does_not_fit_is_unusable(
    judge: Judge, gate: dict[str, Any], problem: str
) -> None:
    with pytest.raises(GateUnusable, match=problem):
        judge(**gate)


@pytest.mark.parametrize(
    ("learned", "verdict"),
    [
        pytest.param(("2013-01-01", "2013-01-31"), "blessed", id="the month before"),
        pytest.param(("2013-03-01", "2013-03-31"), "blessed", id="the month after"),
        pytest.param(("2013-01-01", "2013-02-01"), "refused", id="its first day"),
        pytest.param(("2013-02-28", "2013-03-31"), "refused", id="its last day"),
        pytest.param(("2013-02-10", "2013-02-12"), "refused", id="days in the middle"),
        pytest.param(("2012-01-01", "2014-01-01"), "refused", id="all of it and more"),
    ],
)
def test_a_model_that_learned_from(
    judge: Judge,
    loaded: LoadedModel,
    bundle: Callable[..., Bundle],
    learned: tuple[str, str],
    verdict: str,
) -> None:
    period = Period(start=learned[0], end=learned[1])
    other = LoadedModel(bundle(learned=period), "onnx", loaded.model)
    blessing = judge(model=other)
    assert blessing.checks[0].verdict == blessing.verdict == verdict


def test_a_holdout_without_rows_is_an_error(judge: Judge) -> None:
    with pytest.raises(DatasetEmpty, match="no rows between 2019-01-01"):
        judge(holdout=Period(start="2019-01-01", end="2019-12-31"))


def test_rows_outside_the_holdout_are_not_judged(judge: Judge) -> None:
    one_day = Period(start="2013-02-02", end="2013-02-02")
    assert judge(holdout=one_day, minimum_rows=1).checks[-1].rows == 48


def test_a_blessing_names_what_was_judged(
    judge: Judge, loaded: LoadedModel, dataset: DatasetVersion
) -> None:
    blessing = judge()
    assert blessing.bundle == loaded.bundle.id
    assert blessing.model == "guess"
    assert (blessing.dataset, blessing.dataset_version) == (dataset.sha256, dataset.version)
    assert blessing.code == loaded.bundle.manifest.code
    assert blessing.period == FEBRUARY
    assert blessing.checks[-1].demand == "at least 0.7 on at least 100 rows"


def test_a_bundle_that_skops_serves_says_why(judge: Judge, loaded: LoadedModel) -> None:
    manifest = loaded.bundle.manifest.model_copy(update={"runtime": "skops"})
    files = {METRICS: b'{"parity": {"reason": "skl2onnx cannot convert step kernel"}}'}
    slow = replace(loaded, bundle=replace(loaded.bundle, manifest=manifest, files=files))
    (check,) = (c for c in judge(model=slow).checks if c.name == "served by skops")
    assert check.found == "skl2onnx cannot convert step kernel"
    assert check.verdict == "blessed"
    assert "served by skops" not in verdicts(judge())
