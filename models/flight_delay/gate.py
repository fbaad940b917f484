"""What a candidate for `flight_delay` must show on the second half of March."""

from __future__ import annotations

from models.flight_delay.pipeline import PLAN
from mooring.blessing.gate import Floor, Gate, Slice

GATE = Gate(
    holdout=PLAN.split.holdout,
    floors=(
        Floor("roc_auc", at_least=0.66),
        Floor("brier", at_most=0.17),
        Floor("ece", at_most=0.05),
    ),
    slices=(Slice("origin", Floor("roc_auc", at_least=0.62), minimum_rows=1_000),),
    minimum_rows=5_000,
)
