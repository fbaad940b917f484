"""The comparison with the champion on real flights: calm about retrains, awake to losses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from models.conftest import Flights
from models.flight_delay.contract import CONTRACT
from models.flight_delay.gate import GATE
from models.flight_delay.pipeline import PLAN
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import between
from mooring.data.source import EVENT_TIME
from mooring.evaluation.bootstrap import PairedDifference, compare
from mooring.evaluation.metrics import Floats
from mooring.training.fit import fit, frame_of

assert GATE.against_champion is not None
DEMANDED = GATE.against_champion
SUPERIOR = replace(DEMANDED, mode="superior", margin=0.0)
AA_RUNS = 600


@dataclass(frozen=True)
class Twins:
    """Two models of one recipe, learned from every other day each, on the gate's holdout."""

    labels: Floats
    odd: Floats
    even: Floats
    days: NDArray[Any]


def part(rows: pl.DataFrame) -> tuple[dict[str, NDArray[np.generic]], Floats]:
    return dict(columns_from(CONTRACT, rows)), labels_from(CONTRACT, rows)


@pytest.fixture(scope="module")
def twins(winter: Flights) -> Twins:
    split = PLAN.split
    fitting, calibrating, holdout = (
        between(winter.rows, p.start, p.end)
        for p in (split.fit, split.calibrate, split.holdout)
        if p is not None
    )
    odd = fitting[EVENT_TIME].dt.ordinal_day() % 2 == 1
    columns, labels = part(holdout)
    predictions = [
        fit(PLAN, part(fitting.filter(half)), part(calibrating)).predict_proba(frame_of(columns))
        for half in (odd, ~odd)
    ]
    days = holdout[EVENT_TIME].dt.date().to_physical().to_numpy()
    return Twins(labels, predictions[0][:, 1], predictions[1][:, 1], days)


def judge(twins: Twins, candidate: Floats, champion: Floats) -> PairedDifference:
    return compare(
        DEMANDED.metric,
        twins.labels,
        candidate,
        champion,
        twins.days,
        resamples=DEMANDED.resamples,
        confidence=DEMANDED.confidence,
    )


def test_the_holdout_has_days_enough(twins: Twins) -> None:
    found = judge(twins, twins.odd, twins.even)
    assert found.blocks == 17 >= DEMANDED.minimum_blocks
    assert found.finite


def test_of_two_models_that_are_alike_hardly_ever_is_one_superior(twins: Twins) -> None:
    """A/A: each day deals the twins' answers to candidate and champion by a coin of its own."""
    blessed = 0
    for seed in range(AA_RUNS):
        heads = np.random.default_rng(seed).random(twins.days.max() + 1)[twins.days] < 0.5
        candidate = np.where(heads, twins.odd, twins.even)
        champion = np.where(heads, twins.even, twins.odd)
        found = judge(twins, candidate, champion)
        blessed += SUPERIOR.met_by(found.lower, found.upper)
    assert 0 < blessed <= 0.05 * AA_RUNS


def test_a_model_that_lost_half_of_its_knowledge_is_refused(twins: Twins) -> None:
    """Half-way from the log-odds of the model to those of the base rate."""
    odds = np.log(twins.odd / (1 - twins.odd))
    base = np.log(twins.labels.mean() / (1 - twins.labels.mean()))
    dulled = 1 / (1 + np.exp(-(odds + base) / 2))
    found = judge(twins, dulled, twins.odd)
    assert found.candidate > found.champion
    assert not DEMANDED.met_by(found.lower, found.upper)


def test_intervals_by_row_would_be_less_than_half_as_wide(twins: Twins) -> None:
    by_day = judge(twins, twins.odd, twins.even)
    by_row = judge(replace(twins, days=np.arange(len(twins.days))), twins.odd, twins.even)
    assert by_row.upper - by_row.lower < (by_day.upper - by_day.lower) / 2
