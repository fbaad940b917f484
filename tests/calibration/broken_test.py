"""On the real year the bugs of its own are found, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from mooring.drift.bins import SCORE
from mooring.drift.broken import broken
from tests.calibration.days import champion, dates, day_counts, reference

SEASONAL = {feature.name: feature.seasonal for feature in champion().contract.features}


# The year's own bugs. Its weather ends a day before its flights do; on three days three of four
# observations have no pressure.
WEATHER = ("temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")
REAL = {(feature, "2013-12-31") for feature in WEATHER} | {
    ("pressure", date) for date in ("2013-05-08", "2013-11-27", "2013-12-17")
}


def test_of_the_years_days_those_that_miss_their_weather_are_taken_for_a_bug_and_no_other() -> None:
    found = {
        (feature.feature, date): broken(feature, counts, seasonal=SEASONAL[feature.feature])
        for feature in reference().features
        if feature.feature != SCORE
        for date, counts in zip(dates(), day_counts()[feature.feature], strict=True)
    }
    assert {day: kinds for day, kinds in found.items() if kinds} == dict.fromkeys(
        REAL, frozenset({"missing"})
    )


@pytest.mark.parametrize("share", [0.2, 1.0])
@pytest.mark.parametrize("feature", ["distance", "temp", "precip", "carrier"])
def test_a_day_of_gaps_is(feature: str, share: float) -> None:
    blocked = reference().feature(feature)
    counts = day_counts()[feature][200]
    kept = np.round(counts * (1 - share)).astype(np.int64)
    kept[-1] += counts.sum() - kept.sum()
    assert broken(blocked, kept, seasonal=SEASONAL[feature]) == {"missing"}
