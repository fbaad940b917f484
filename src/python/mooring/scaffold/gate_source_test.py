"""Floors that follow from a first fit, and the module that states them, as committed here."""

from __future__ import annotations

import pytest

from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature
from mooring.scaffold.gate_source import FirstFit, Measured, MeasuredSlice, floors_of, gate_source

FEATURE = Feature(name="site", kind="string", categories=("left", "right"), example="left")


def contract(kind: str) -> Contract:
    prediction = Prediction.model_validate({"name": "p", "kind": kind, "label": "y"})
    return Contract(name="loan", version="1.0", features=(FEATURE,), prediction=prediction)


def fit(**metrics: tuple[float, float]) -> FirstFit:
    measured = {name: Measured(value=v, error=e) for name, (v, e) in metrics.items()}
    return FirstFit(rows=200, runtime="onnx", metrics=measured)


GOOD = fit(roc_auc=(0.9, 0.02), brier=(0.1, 0.01), ece=(0.03, 0.01), base_rate=(0.4, 0.03))


def test_floors_lie_three_standard_errors_to_the_milder_side() -> None:
    floors = {floor.metric: floor.bound for floor in floors_of(contract("probability"), GOOD)}
    assert floors == pytest.approx({"roc_auc": 0.84, "brier": 0.13, "ece": 0.06}, abs=0.002)
    assert not any(floor.missed for floor in floors_of(contract("probability"), GOOD))


def test_a_first_fit_that_is_chance_misses_its_own_floors() -> None:
    chance = fit(roc_auc=(0.52, 0.05), brier=(0.26, 0.01), ece=(0.1, 0.02), base_rate=(0.5, 0.03))
    missed = [f.metric for f in floors_of(contract("probability"), chance) if f.missed]
    assert missed == ["roc_auc", "brier"]
    assert "MISSED by the first fit itself" in gate_source(contract("probability"), chance)


def test_a_quantity_that_is_explained_by_nothing_misses_its_floor() -> None:
    found = floors_of(contract("number"), fit(mae=(12.3456, 0.1), r2=(-0.2, 0.05)))
    assert [(f.metric, f.bound, f.missed) for f in found] == [
        ("mae", 12.7, False), ("r2", 0.0, True)
    ]  # fmt: skip


def test_the_module_is_the_committed_one() -> None:
    worst = Measured(value=0.85, error=0.03)
    sliced = MeasuredSlice(feature="site", metric="roc_auc", worst=worst, rows=80)
    made = GOOD.model_copy(update={"slices": (sliced,)})
    assert gate_source(contract("probability"), made, adopted=True) == GOLDEN


GOLDEN = '''\
"""What a candidate for `loan` must show on its holdout."""

from __future__ import annotations

from models.loan.pipeline import PLAN
from mooring.blessing.gate import Floor, Gate, Slice
from mooring.blessing.honesty import Honesty

# What cannot be asked of a model that comes without its rows and its code; see pipeline.py.
ELSEWHERE = "trained elsewhere: neither its rows nor its code are at hand"

# review: measured on a first fit, on 200 rows of the holdout; the floors lie
# 3 standard errors (over resampled rows) to the milder side. Raise them to what is needed.
#   roc_auc 0.9, standard error 0.02
#   brier 0.1, standard error 0.01
#   ece 0.03, standard error 0.01
GATE = Gate(
    holdout=PLAN.split.holdout,
    floors=(
        Floor("roc_auc", at_least=0.84),
        Floor("brier", at_most=0.13),
        Floor("ece", at_most=0.06),
    ),
    minimum_rows=100,
    slices=(Slice("site", Floor("roc_auc", at_least=0.76), minimum_rows=40),),
    honesty=Honesty(
        exempt={
            "overlap": ELSEWHERE,
            "time order": ELSEWHERE,
            "labels dealt anew": ELSEWHERE,
        },
    ),
)
'''
