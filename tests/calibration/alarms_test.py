"""The budget of false alarms is kept on the real year, and what labels alone can tell is found."""

from __future__ import annotations

import numpy as np

from tests.calibration.alarms import CONCEPTS, a_quarter, changed, delays, false_alarms

YEARS = 30


def test_all_together_are_wrong_at_most_once_a_quarter() -> None:
    _, bound = a_quarter(*false_alarms(YEARS))
    assert bound <= 1.0


def test_a_new_concept_is_found_within_three_weeks() -> None:
    weeks = np.array(delays(changed(CONCEPTS["1 in 5 punctual flights is late"]), YEARS))
    assert (weeks <= 3).mean() >= 0.8
