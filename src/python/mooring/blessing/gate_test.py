"""Floors and gates: what meets them, and those that would demand nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from mooring.blessing.errors import GateUnusable
from mooring.blessing.gate import AgainstChampion, Floor, Gate
from mooring.bundle.manifest import Period


@pytest.mark.parametrize(
    ("floor", "value", "met"),
    [
        pytest.param(Floor("auc", at_least=0.7), 0.7, True, id="the floor itself is met"),
        pytest.param(Floor("auc", at_least=0.7), 0.699, False, id="below the floor is not"),
        pytest.param(Floor("ece", at_most=0.05), 0.05, True, id="the ceiling itself is met"),
        pytest.param(Floor("ece", at_most=0.05), 0.051, False, id="above the ceiling is not"),
        pytest.param(Floor("rate", at_least=0.1, at_most=0.3), 0.2, True, id="between both"),
        pytest.param(Floor("rate", at_least=0.1, at_most=0.3), 0.4, False, id="above between"),
        pytest.param(Floor("auc", at_least=0.7), math.nan, False, id="NaN never reaches a floor"),
        pytest.param(Floor("ece", at_most=0.05), math.nan, False, id="NaN is under no ceiling"),
    ],
)
def test_a_floor(floor: Floor, value: float, met: bool) -> None:
    assert floor.met_by(value) == met


def test_a_floor_without_a_bound_is_unusable() -> None:
    with pytest.raises(GateUnusable, match="the floor of auc has no bound"):
        Floor("auc")


def test_a_gate_without_a_floor_is_unusable() -> None:
    with pytest.raises(GateUnusable, match="the gate has no floor"):
        Gate(holdout=Period(start="2013-02-01", end="2013-02-02"), floors=())


@pytest.mark.parametrize(
    ("metric", "mode", "lower", "upper", "met"),
    [
        pytest.param("brier", "non-inferior", -0.3, 0.1, True, id="at the margin is not worse"),
        pytest.param("brier", "non-inferior", -0.3, 0.101, False, id="beyond it may be worse"),
        pytest.param("roc_auc", "non-inferior", -0.1, 0.3, True, id="rising: at the margin"),
        pytest.param("roc_auc", "non-inferior", -0.101, 0.3, False, id="rising: beyond it"),
        pytest.param("brier", "superior", -0.3, -0.101, True, id="better by more than the margin"),
        pytest.param("brier", "superior", -0.3, -0.1, False, id="better by the margin only"),
        pytest.param("roc_auc", "superior", 0.101, 0.3, True, id="rising: better by more"),
        pytest.param("roc_auc", "superior", 0.1, 0.3, False, id="rising: by the margin only"),
        pytest.param("brier", "non-inferior", math.nan, math.nan, False, id="NaN is not enough"),
        pytest.param("roc_auc", "superior", math.nan, math.nan, False, id="NaN is not better"),
    ],
)
def test_an_interval_against_the_champion(
    metric: Any, mode: Any, lower: float, upper: float, met: bool
) -> None:
    demanded = AgainstChampion(metric, margin=0.1, minimum_blocks=5, mode=mode)
    assert demanded.met_by(lower, upper) == met


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"metric": "ece"}, "ece cannot be compared", id="a metric without sums"),
        pytest.param({"margin": -0.01}, "margin", id="a negative margin"),
        pytest.param({"margin": math.inf}, "margin", id="a margin that anything keeps"),
        pytest.param({"margin": math.nan}, "margin", id="a margin that is no number"),
        pytest.param({"minimum_blocks": 1}, "no interval", id="one block"),
        pytest.param({"resamples": 1_999}, "fewer than 2000", id="few resamples"),
        pytest.param({"confidence": 0.5}, "confidence", id="no confidence"),
        pytest.param({"confidence": 1.0}, "confidence", id="certainty"),
    ],
)
def test_a_comparison_that_says_nothing_is_unusable(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(GateUnusable, match=problem):
        replace(AgainstChampion("brier", margin=0.1, minimum_blocks=5), **change)
