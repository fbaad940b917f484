"""Floors with intervals, and the promise that what cannot be computed never passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.blessing.conftest import FEBRUARY, INSTANT, voyages_contract
from mooring.blessing.errors import GateUnusable
from mooring.blessing.evidence import Check
from mooring.blessing.floors import Judged, floor_checks
from mooring.blessing.gate import Floor, Gate, Slice
from mooring.evaluation.metrics import Floats

CONTRACTS = {
    "probability": voyages_contract(),
    "number": voyages_contract(kind="number", label="hours"),
}


def judged(
    labels: Any, predictions: Any, kind: Literal["probability", "number"] = "probability",
    days: int = 10,
) -> Judged:  # fmt: skip
    """Rows dealt to days in turn, half of them from EWR and half from JFK."""
    start = datetime(2013, 2, 1, tzinfo=UTC)
    times = [start + timedelta(days=i % days) for i in range(len(labels))]
    rows = pl.DataFrame(
        {
            "event_time": pl.Series(times, dtype=INSTANT),
            "port": pl.Series(
                ["EWR" if i % 4 < 2 else "JFK" for i in range(len(labels))], dtype=pl.String
            ),
            "wind": pl.Series(np.arange(len(labels)) % 7, dtype=pl.Float64),
            "is_late": pl.Series(np.asarray(labels) > 0.5, dtype=pl.Boolean),
            "hours": pl.Series(labels, dtype=pl.Float64),
        }
    )
    return Judged.of(CONTRACTS[kind], rows, np.asarray(predictions, dtype=np.float64))


def ask(these: Judged, *floors: Floor, minimum: int = 1, slices: Any = ()) -> list[Check]:
    gate = Gate(holdout=FEBRUARY, floors=floors, minimum_rows=minimum, slices=slices)
    return list(floor_checks(gate, these))


RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(0, 2, 400).astype(np.float64)
GUESSES = np.clip(0.3 * LABELS + 0.7 * RANDOM.random(400), 0.01, 0.99)


@pytest.mark.parametrize("metric", ["roc_auc", "brier", "log_loss", "base_rate", "mean_prediction"])
def test_a_floor_of_a_probability_has_an_interval_around_its_value(metric: str) -> None:
    (check,) = ask(judged(LABELS, GUESSES), Floor(metric, at_least=0.0))
    assert None not in (check.lower, check.value, check.upper)
    assert check.lower < check.value < check.upper  # type: ignore[operator]
    assert check.reason == ""


@pytest.mark.parametrize("metric", ["mae", "rmse", "r2"])
def test_a_floor_of_a_number_has_an_interval_around_its_value(metric: str) -> None:
    (check,) = ask(judged(9 * LABELS, GUESSES, "number"), Floor(metric, at_most=99))
    assert check.lower < check.value < check.upper  # type: ignore[operator]


def test_slices_have_intervals_of_their_own() -> None:
    ports = Slice("port", Floor("roc_auc", at_least=0.5), 100)
    whole, ewr, jfk, lga = ask(judged(LABELS, GUESSES), ports.floor, slices=(ports,))
    assert None not in (ewr.lower, jfk.lower)
    assert ewr.upper - ewr.lower > whole.upper - whole.lower  # type: ignore[operator]
    assert (lga.lower, lga.verdict, lga.reason) == (None, "inconclusive", "there is no such row")


@pytest.mark.parametrize(
    ("floor", "days", "reason"),
    [
        pytest.param(Floor("ece", at_most=0.9), 10, "no interval for ece", id="calibration error"),
        pytest.param(
            Floor("brier", at_most=0.9),
            4,
            "no interval from 4 days, fewer than 5",
            id="few days",
        ),
    ],
)
def test_a_value_without_an_interval_still_decides(floor: Floor, days: int, reason: str) -> None:
    (check,) = ask(judged(LABELS, GUESSES, days=days), floor)
    assert (check.verdict, check.lower, check.upper, check.reason) == (
        "blessed", None, None, reason,
    )  # fmt: skip


def bounds() -> tuple[float, float]:
    (check,) = ask(judged(LABELS, GUESSES), Floor("roc_auc", at_least=0.0))
    assert check.lower is not None
    assert check.upper is not None
    return check.lower, check.upper


@pytest.mark.parametrize(
    ("floor", "verdict"),
    [
        pytest.param({"at_least": bounds()[0] - 0.001}, "blessed", id="all of it above"),
        pytest.param({"at_least": bounds()[0] + 0.001}, "refused", id="its lower end below"),
        pytest.param({"at_most": bounds()[1] + 0.001}, "blessed", id="all of it below"),
        pytest.param({"at_most": bounds()[1] - 0.001}, "refused", id="its upper end above"),
    ],
)
def test_a_floor_that_its_interval_decides(floor: dict[str, float], verdict: str) -> None:
    (check,) = ask(judged(LABELS, GUESSES), Floor("roc_auc", **floor, by="interval"))
    assert check.verdict == verdict
    assert check.demand.startswith("the interval at ")


def test_a_floor_that_its_interval_decides_is_inconclusive_without_one() -> None:
    floor = Floor("roc_auc", at_least=0.0, by="interval")
    (check,) = ask(judged(LABELS, GUESSES, days=4), floor)
    assert (check.verdict, check.reason) == (
        "inconclusive", "no interval from 4 days, fewer than 5",
    )  # fmt: skip


def test_calibration_error_has_no_interval_to_decide_by() -> None:
    with pytest.raises(GateUnusable, match="ece has no interval"):
        Floor("ece", at_most=0.1, by="interval")


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_one_answer_that_is_no_number_is_inconclusive(broken: float) -> None:
    answers = np.where(np.arange(400) == 7, broken, GUESSES)
    (check,) = ask(judged(LABELS, answers), Floor("brier", at_most=9.0))
    assert (check.verdict, check.value, check.lower) == ("inconclusive", None, None)
    assert check.reason == "the model answers 1 rows with no number"


def test_pooled_values_are_told_beside_what_stands_in_the_way() -> None:
    floor = Floor("brier", at_most=9.0)
    pooled = Slice("port", floor, 250, pool_small=True)
    _, others = ask(judged(LABELS[:200], GUESSES[:200]), floor, slices=(pooled,))
    assert others.verdict == "inconclusive"
    assert others.reason == "others: EWR, JFK, LGA; 200 rows are fewer than 250"


ANSWERS = st.sampled_from([0.1, 0.5, 0.9, np.nan, np.inf])
METRICS = {
    "probability": ("roc_auc", "brier", "log_loss", "ece", "base_rate", "mean_prediction"),
    "number": ("mae", "rmse", "r2"),
}


def computable(metric: str, labels: Floats, answers: Floats, minimum: int) -> bool:
    """What may be judged at all, said once more and independently."""
    if len(labels) < max(1, minimum) or not all(np.isfinite(answers)):
        return False
    if metric == "roc_auc":
        return set(labels) == {0.0, 1.0}
    return metric not in METRICS["number"] or len(labels) >= 2


@given(
    kind=st.sampled_from(["probability", "number"]),
    drawn=st.lists(st.tuples(st.sampled_from([0.0, 1.0]), ANSWERS), max_size=40),
    minimum=st.integers(1, 12),
    days=st.integers(1, 9),
    by=st.sampled_from(["value", "interval"]),
    pool=st.booleans(),
)
def test_what_cannot_be_computed_never_passes(
    kind: Any, drawn: list[tuple[float, float]], minimum: int, days: int, by: Any, pool: bool
) -> None:
    """Every floor here lets every number pass: only what is no number can be in the way."""
    labels, answers = (np.array([pair[i] for pair in drawn]) for i in (0, 1))
    these = judged(labels, answers, kind, days)
    for metric in METRICS[kind]:
        floor = Floor(metric, at_least=-1e9, by="value" if metric == "ece" else by)
        slices = (
            Slice("port", floor, minimum, pool_small=pool),
            Slice("wind", floor, minimum, edges=(2.0, 4.0)),
        )
        for check in ask(these, floor, minimum=minimum, slices=slices):
            if check.name == "whole holdout" and check.verdict == "blessed":
                assert computable(metric, labels, answers, minimum)
            if check.verdict == "blessed":
                assert check.value is not None
                assert check.rows >= minimum
                assert by == "value" or metric == "ece" or check.lower is not None
            else:
                assert check.verdict == "inconclusive"
                assert check.reason


BETTER = np.clip(GUESSES + 0.05 * (2 * LABELS - 1), 0.01, 0.99)
NOTHING = np.full(400, np.nan)
NOISE = 0.5 + 0.001 * (np.arange(400) % 7)


@pytest.mark.parametrize(
    ("floor", "candidate", "champion", "verdict"),
    [
        pytest.param(
            Floor("brier", at_most=0.01), BETTER, GUESSES, "blessed",
            id="a floor that the champion misses too, by more",
        ),
        pytest.param(
            Floor("roc_auc", at_least=0.999), BETTER, GUESSES, "blessed",
            id="a floor of telling rows apart that the champion misses by more",
        ),
        pytest.param(
            Floor("roc_auc", at_least=0.999), GUESSES, BETTER, "refused",
            id="a floor of telling rows apart that the champion misses by less",
        ),
        pytest.param(
            Floor("roc_auc", at_least=0.7), NOISE, 1.0 - NOISE, "refused",
            id="a floor of telling rows apart of which neither has half",
        ),
        pytest.param(
            Floor("base_rate", at_least=0.9), BETTER, GUESSES, "refused",
            id="a floor of what no model has to answer for",
        ),
        pytest.param(
            Floor("brier", at_most=0.01), GUESSES, GUESSES, "blessed",
            id="a floor that both miss alike",
        ),
        pytest.param(
            Floor("brier", at_most=0.01), GUESSES, BETTER, "refused",
            id="a floor that the champion misses by less",
        ),
        pytest.param(
            Floor("brier", at_most=float(np.mean((LABELS - BETTER) ** 2))), GUESSES, BETTER,
            "refused", id="a floor that the champion meets",
        ),
        pytest.param(
            Floor("brier", at_most=0.01), BETTER, None, "refused", id="a floor without a champion"
        ),
        pytest.param(
            Floor("brier", at_most=0.01), BETTER, NOTHING, "refused",
            id="a champion that answers with no number",
        ),
        pytest.param(
            Floor("brier", at_most=0.01, by="interval"), BETTER, GUESSES, "blessed",
            id="a floor for the interval that the champion's misses too",
        ),
    ],
)  # fmt: skip
def test_of_a_retrain_no_more_is_asked_than_keeping_the_champion_would_give(
    floor: Floor, candidate: Floats, champion: Floats | None, verdict: str
) -> None:
    (check,) = ask(replace(judged(LABELS, candidate), rival=champion), floor)
    assert check.verdict == verdict
    assert ("missed by the champion too" in check.reason) == (verdict == "blessed")


def test_a_slice_is_measured_by_the_champion_on_that_slice() -> None:
    """The champion is bad at JFK alone: only there may the candidate be."""
    these = judged(LABELS, GUESSES)
    jfk = (these.rows["port"] == "JFK").to_numpy()
    rival = np.where(jfk, 1 - GUESSES, BETTER)
    ports = Slice("port", Floor("brier", at_most=0.001), 100)
    whole = Floor("brier", at_most=1.0)
    _, ewr, found, _ = ask(replace(these, rival=rival), whole, slices=(ports,))
    assert (ewr.verdict, found.verdict) == ("refused", "blessed")
