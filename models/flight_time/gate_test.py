"""The comparison with the champion on real flights: calm about retrains, awake to losses."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.conftest import Flights
from models.flight_time.contract import CONTRACT
from models.flight_time.gate import RETRAINED
from models.flight_time.pipeline import PLAN
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import between
from mooring.data.source import EVENT_TIME
from mooring.evaluation.bootstrap import compare
from mooring.evaluation.metrics import Floats
from mooring.training.fit import fit, frame_of

DAY = pl.col(EVENT_TIME).dt.ordinal_day()


def predictions(learned: pl.DataFrame, holdout: pl.DataFrame) -> Floats:
    labelled = columns_from(CONTRACT, learned), labels_from(CONTRACT, learned)
    predicted: Floats = fit(PLAN, labelled, None).predict(frame_of(columns_from(CONTRACT, holdout)))
    return predicted


@pytest.mark.parametrize(
    ("learned", "passes"),
    [
        pytest.param(DAY % 10 != 3, True, id="a retrain without every tenth day passes"),
        pytest.param(DAY <= 31, False, id="one that knows January only does not"),
        pytest.param(DAY <= 59, False, id="nor does one that lacks the last two weeks"),
    ],
)
def test_against_a_champion_that_learned_from_all_days(
    winter: Flights, learned: pl.Expr, passes: bool
) -> None:
    split = PLAN.split
    fitting = between(winter.rows, split.fit.start, split.fit.end)
    holdout = between(winter.rows, split.holdout.start, split.holdout.end)
    found = compare(
        RETRAINED.metric,
        labels_from(CONTRACT, holdout),
        predictions(fitting.filter(learned), holdout),
        predictions(fitting, holdout),
        np.asarray(holdout[EVENT_TIME].dt.date().to_physical()),
        resamples=RETRAINED.resamples,
        confidence=RETRAINED.confidence,
    )
    assert found.blocks == 17 >= RETRAINED.minimum_blocks
    assert RETRAINED.met_by(found.lower, found.upper) == passes
