"""A monitor's looks in this process, over the files that the real one has."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from mooring.monitor.champion import Champions
from mooring.monitor.export import samples
from mooring.monitor.look import Look
from mooring.monitor.pace import Pace
from mooring.monitor.state import KINDS, Judged, State
from mooring.monitor.testing.world import MODEL, World
from mooring.monitor.view import View


@dataclass
class Clock:
    """The wall's, and how far it is set off."""

    lead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.lead


def never() -> bool:
    """Nobody wants it to stop."""
    return False


@dataclass
class Monitor:
    """Looks at a world; entering it again is a start after an end."""

    world: World
    clock: Clock = field(default_factory=Clock)
    look_at: Look = field(init=False)

    def __enter__(self) -> Self:
        self._state = State.open(self.world.home / "monitor" / "state.db")
        champions = Champions(self.world.models, self.world.home)
        # Without rests: each look counts what has changed.
        pace = Pace(lambda: 0.0)
        self.look_at = Look(self.world.settings, self._state, champions, self.clock, pace)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._state.close()

    def look(self) -> View:
        """One look at the model that the world has."""
        view = self.look_at.at(MODEL, never)
        assert view is not None  # noqa: S101
        return view

    def judged(self) -> tuple[Judged, ...]:
        """All that was judged so far."""
        return judged_in(self._state, self.world)

    def shown(self) -> dict[str, float]:
        """What is shown after a look, by name and labels."""
        return shown(self.look())


def judged_in(state: State, world: World) -> tuple[Judged, ...]:
    """All judgements, with the evidence that each led to."""
    return tuple(j for kind in KINDS for j in state.judgements(MODEL, world.version, kind))


def shown(view: View) -> dict[str, float]:
    """Each series of a view as in `name{a=1,b=2}`; histograms by their sum."""
    return {
        f"{s.metric.name}{{{','.join(f'{k}={v}' for k, v in sorted(s.labels.items()))}}}": s.value
        for s in samples({view.model: view})
    }
