"""On days of the real year dealt anew, few windows are called different; by rows, most are."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from mooring.drift.bins import SCORE
from tests.calibration.clustered import false_findings, of_blocks, of_rows
from tests.calibration.days import day_counts

RUNS = 200


@pytest.mark.parametrize("feature", [SCORE, "temp", "pressure", "precip", "hour", "carrier"])
@pytest.mark.parametrize("level", [0.05, 0.01])
def test_whole_days_keep_their_level(feature: str, level: float) -> None:
    p = false_findings(day_counts()[feature], of_blocks, RUNS)
    assert binomtest(int((p < level).sum()), RUNS, level, "greater").pvalue > 1e-3


@pytest.mark.parametrize("feature", [SCORE, "temp", "precip"])
def test_rows_do_not(feature: str) -> None:
    p = false_findings(day_counts()[feature], of_rows, RUNS)
    assert (p < 0.01).mean() > 0.9
