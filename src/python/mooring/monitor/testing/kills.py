"""A monitor that is killed at random moments, and what it knows afterwards."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import date, timedelta

from mooring.monitor.state import Judged, State
from mooring.monitor.testing.monitor import judged_in
from mooring.monitor.testing.process import running
from mooring.monitor.testing.world import MODEL, World

# From the moment when it listens: what it does with a day that has just been logged.
_LONGEST_SECONDS = 1.5


@dataclass(frozen=True)
class Known:
    """What a monitor that was left alone at last shows, and what it remembers."""

    shown: dict[str, float]
    judged: tuple[Judged, ...]


def kill(world: World, first: date, kills: int, seed: int) -> int:
    """Log a day, start a monitor, kill it, again and again; how many rows were logged."""
    draw = random.Random(seed)
    rows = 0
    for number in range(kills):
        rows += world.log_day(first + timedelta(days=number))
        with running(world.environ) as monitor:
            time.sleep(draw.uniform(0.0, _LONGEST_SECONDS))
            monitor.process.kill()
    return rows


def left_alone(world: World, rows: int) -> Known:
    """What a monitor comes to that nobody kills, once it has taken over all rows."""
    total = f"mooring_monitor_rows_total{{model={MODEL}}}"
    with running(world.environ) as monitor:
        shown = monitor.until(lambda shown: shown.get(total) == rows)
    state = State.open(world.home / "monitor" / "state.db")
    judged = judged_in(state, world)
    state.close()
    return Known({name: value for name, value in shown.items() if _lasts(name)}, judged)


def _lasts(name: str) -> bool:
    """Without what is of the process, or of the moment."""
    own = name.startswith("mooring_") and not name.startswith("mooring_drift_runs_total")
    return own and "last_run" not in name and "label_last" not in name
