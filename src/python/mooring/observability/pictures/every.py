"""The pictures of the documentation: which board, in which scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mooring.observability.trial import every as trial
from mooring.observability.trial.scenario import Scenario

# Longer and finer than in the trial, which only has to answer.
HOURS = 6.0
SECONDS_BETWEEN = 60.0

# What the boards' variables stand at: the model that the demo serves, and all of its versions.
VARIABLES = {"model": "flight_delay", "version": ".*"}


def longer(scenario: Scenario) -> Scenario:
    """The same scenario over the hours of a picture."""
    return replace(scenario, span=replace(scenario.span, hours=HOURS, step=SECONDS_BETWEEN))


HEALTHY, DRIFTED, OUTAGE = SCENARIOS = tuple(map(longer, trial.SCENARIOS))


@dataclass(frozen=True)
class Picture:
    """`docs/observability/<name>.png`: the board `uid` over the hours of `scenario`.

    Without a scenario it is of a live run. `rows` are titles of those that are shown, or all.
    """

    uid: str
    scenario: Scenario | None
    rows: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called, in the folder and on the command line."""
        return f"{self.uid.removeprefix('mooring-')}-{self.origin}"

    @property
    def origin(self) -> str:
        """Where its values are from."""
        return self.scenario.name if self.scenario else "live"


SERVING = ("Rate, errors, duration", "Saturation", "Model services")

PICTURES = (
    Picture("mooring-overview", HEALTHY),
    Picture("mooring-serving", HEALTHY, SERVING),
    Picture("mooring-serving", OUTAGE, SERVING),
    Picture("mooring-drift", DRIFTED),
    Picture("mooring-quality", DRIFTED),
    Picture("mooring-retraining", DRIFTED),
    Picture("mooring-health", OUTAGE),
    # The other rows of the board wait for the monitor.
    Picture("mooring-drift", None, ("Live, from counters",)),
)
