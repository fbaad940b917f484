"""What a model is watched by: windows, effects that matter, and the budget of false alarms."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mooring.drift.effect import LEAST_EFFECT, LEAST_EFFECT_OF_SCORE

Share = Annotated[float, Field(ge=0, le=1)]
Effect = Annotated[float, Field(ge=0, le=1e9)]


class Watching(BaseModel):
    """Settings of one model's watch. The defaults are what the published calibration was run with.

    `window_days` is a whole cycle of the traffic; `horizon_seconds` how long labels may take;
    `budget_windows` how many windows pass, in the mean, until any rule asks for a retrain without
    a reason. `least_*` are true effects that nobody needs to hear of: indices of a feature and of
    the score, a mean residual (points of a chance, or the label's unit), a mean loss beyond the
    expected one (nats, or the label's unit).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    window_days: int = Field(default=7, ge=1, le=366)
    least_rows: int = Field(default=500, ge=1)
    horizon_seconds: float = Field(default=259_200.0, ge=0, le=366 * 86_400)
    least_coverage: Share = 0.95
    budget_windows: float = Field(default=13.0, ge=1, le=1e6)
    least_feature: Effect = LEAST_EFFECT
    least_score: Effect = LEAST_EFFECT_OF_SCORE
    least_residual: Effect = 0.02
    least_loss: Effect = 0.01
