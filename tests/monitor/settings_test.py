"""The settings that are shipped: they can be read, say what the code says, and follow the gates."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.flight_delay.gate import GATE as FLIGHT_DELAY
from models.flight_time.gate import GATE as FLIGHT_TIME
from mooring.blessing.gate import Gate
from mooring.monitor.incidents.brakes import Brakes
from mooring.monitor.settings import SETTINGS, Settings
from mooring.monitor.watching import Watching
from tests.loop.settings import SETTINGS as LOOPS
from tests.loop.year import Name

GATES = {"flight_delay": FLIGHT_DELAY, "flight_time": FLIGHT_TIME}
# As the metrics call them.
CALLED = {"roc_auc": "auc"}


@pytest.fixture(scope="module")
def shipped() -> Settings:
    return Settings.of({SETTINGS: str(Path("deploy/monitor.toml").absolute())})


@pytest.mark.parametrize("model", GATES)
def test_objectives_are_the_floors_and_ceilings_of_the_gate(shipped: Settings, model: str) -> None:
    assert shipped.of_model(model).objectives == limits(GATES[model])


def limits(gate: Gate) -> dict[str, float]:
    limits = ((f.metric, f.at_least if f.at_least is not None else f.at_most) for f in gate.floors)
    return {CALLED.get(name, name): limit for name, limit in limits if limit is not None}


def test_the_defaults_are_as_in_the_code_but_for_how_long_a_model_rests(shipped: Settings) -> None:
    assert shipped.defaults.watching == Watching()
    rest = shipped.defaults.brakes.cooldown_seconds
    assert shipped.defaults.brakes == Brakes(cooldown_seconds=rest, again_seconds=rest)
    assert shipped.interval_seconds == Settings().interval_seconds


@pytest.mark.parametrize("model", GATES)
def test_a_model_is_watched_as_its_loop_was_judged(shipped: Settings, model: Name) -> None:
    own, judged = shipped.of_model(model), LOOPS[model]
    assert own.brakes.cooldown_seconds == judged.cooldown_days * 86_400
    watching = own.watching
    assert judged.least == {
        "score": watching.least_score,
        "residual": watching.least_residual,
        "loss": watching.least_loss,
    }
    assert watching.window_days == judged.window_days
    assert watching.budget_windows == judged.budget_windows
    assert watching.horizon_seconds == judged.horizon_days * 86_400
    assert watching.least_rows == judged.least_rows
