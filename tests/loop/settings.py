"""What the loop is run with: chosen on April to June (docs/loop/chosen.md), and not touched since.

July to December were looked at once, with these, and published as they came: docs/loop.md. The
number that arms are compared by is the mean loss of July to December, of schedules that begin on
1 April with the champion; how many retrains they have is how many the loop tried, refused or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tests.loop.fits import Rows
from tests.loop.year import Name

# The days that settings may be chosen on, and those that they are judged on.
CHOSEN_ON = (date(2013, 4, 1), date(2013, 6, 30))
JUDGED_ON = (date(2013, 7, 1), date(2013, 12, 31))

SCHEDULES = 200
SEED = 20130401


@dataclass(frozen=True)
class Settings:
    """Of one model's loop; days are days of event time.

    What is no choice of ours is the product's: windows, budget, horizon, rows of a window.

    `least` holds the effects that nobody needs to hear of, by what may ask for a retrain: an index
    of the score, a mean residual and a mean excess of the loss (points of a chance and nats, or
    the label's unit). `cooldown_days` pass from one retrain to the next one; a model that is
    trained on one day answers `rollout_days` later. Whole days until `horizon_days` before a
    retrain have their labels.
    """

    least: Mapping[str, float]
    rows: Rows = "all"
    calibrate_days: int = 14
    asking: tuple[str, ...] = ("score", "residual", "loss")
    cooldown_days: int = 28
    window_days: int = 7
    budget_windows: float = 13.0
    horizon_days: int = 3
    rollout_days: int = 1
    least_rows: int = field(default=500)


SETTINGS: Mapping[Name, Settings] = {
    "flight_delay": Settings({"score": 0.02, "residual": 0.02, "loss": 0.01}),
    "flight_time": Settings({"score": 0.02, "residual": 1.0, "loss": 0.35}),
}
