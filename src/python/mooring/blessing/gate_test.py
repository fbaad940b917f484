"""Floors and gates: what meets them, and those that would demand nothing."""

from __future__ import annotations

import math

import pytest

from mooring.blessing.errors import GateUnusable
from mooring.blessing.gate import Floor, Gate
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
