"""E-values and the detector: bounds that hold for every input, and the run length it promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mooring.drift.evidence import MOST_EVIDENCE, Detector, e_value, split

ANY = st.floats(allow_nan=True, allow_infinity=True)


def run_lengths(alarm_at: float, p: NDArray[np.float64]) -> list[int]:
    """Windows to the first alarm in each row of p-values; the length of the row where none came."""
    return [
        next((i for i, d in enumerate(run(alarm_at, row), 1) if d.alarms), len(row)) for row in p
    ]


def run(alarm_at: float, p: NDArray[np.float64]) -> list[Detector]:
    detector, passed = Detector(alarm_at), []
    for each in p:
        detector = detector.after(e_value(each))
        passed.append(detector)
    return passed


@given(st.lists(ANY, max_size=50))
def test_evidence_is_finite_whatever_comes(values: list[float]) -> None:
    detector = Detector(90.0)
    for value in values:
        detector = detector.after(value)
        assert 0.0 <= detector.evidence <= MOST_EVIDENCE


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_an_e_value_is_finite_and_at_least_a_half(p_values: list[float]) -> None:
    assert 0.5 <= e_value(p_values) < math.inf


def test_the_mean_e_value_of_uniform_p_is_one() -> None:
    p = (np.arange(1_000_000) + 0.5) / 1_000_000
    assert e_value(p) == pytest.approx(1.0, abs=1e-3)


def test_without_p_values_a_window_says_nothing() -> None:
    assert e_value([]) == 1.0


def test_false_alarms_come_later_than_promised() -> None:
    p = np.random.default_rng(1).uniform(size=(300, 400))
    lengths = run_lengths(20.0, p)
    assert np.mean(lengths) >= 20.0


def test_a_shift_is_found_within_a_few_windows() -> None:
    p = np.random.default_rng(2).beta(0.05, 1.0, size=(300, 50))
    assert np.mean(run_lengths(720.0, p)) < 3.0


def test_evidence_begins_anew_after_an_alarm() -> None:
    alarmed = Detector(2.0).after(5.0)
    assert (alarmed.alarms, alarmed.again()) == (True, Detector(2.0))


def test_detectors_that_share_a_budget_are_together_as_rare_as_one() -> None:
    rng = np.random.default_rng(3)
    each = split(10.0, 3)
    lengths = np.min([run_lengths(each, rng.uniform(size=(300, 400))) for _ in range(3)], axis=0)
    assert np.mean(lengths) >= 10.0
