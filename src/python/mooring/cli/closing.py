"""The loop closed once on real flights: `mooring demo --loop`.

A champion that knows January to March meets April and May. What its monitor then finds asks for a
retrain; the challenger is judged, tried on a part of the calls, and becomes the champion.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mooring.cli.console import Output
from mooring.cli.demo import Stages, build
from mooring.cli.errors import LoopOpen, LoopStuck
from mooring.cli.loop import AT_WORK, Incident, Loop, incidents_of, start_loop
from mooring.cli.observatory import Observers
from mooring.cli.registry import Model
from mooring.cli.replaying import journal_of, past_of
from mooring.cli.sentinel import retraining_rules, samples_of
from mooring.cli.stack import Ports
from mooring.cli.watching_loop import start_watch
from mooring.cli.workspace import Workspace
from mooring.monitor.incidents.incident import ENDS
from mooring.process.children import Processes
from mooring.replay.events import Batch
from mooring.replay.gateway import Gateway
from mooring.replay.journal import Journal
from mooring.replay.run import Pace, replay

# The winds of summer are not those that its champion knows.
MODEL = "flight_time"

FIRST, LAST = date(2013, 4, 1), date(2013, 7, 31)

# Events go on for so many days before the monitor has to have caught up with them.
_STRIDE_DAYS = 7
_STUCK_SECONDS = 300.0
_POLL_SECONDS = 0.1
# A retrain of early May is refused by the gate, for its newest days are as new to it as to the
# champion; one that has seen May is not.
_ATTEMPTS = 4
_SHOWN = ("state", "why", "bundle", "labels_by", "delta")
_ENDS = ENDS | {"awaiting_approval"}


class _Reached(Exception):
    """What the past was replayed for has happened."""


@dataclass
class _Film:
    """The past, played on until something happens."""

    model: str
    kind: str
    batches: Sequence[Batch]
    gateway: Gateway
    journal: Journal
    loop: Loop
    look: Callable[[], None]
    caught_up: date = FIRST

    def until(self, reached: Callable[[], bool]) -> dict[str, Any]:
        """Play on until that. Raises LoopStuck where the past ends first."""

        def hold(at: datetime) -> bool:
            if (at.date() - self.caught_up).days < _STRIDE_DAYS:
                return False
            self.caught_up = at.date()
            self.catch_up()
            if reached():
                raise _Reached
            return True

        try:
            replay(self.batches, self.gateway, self.journal, self.kind, Pace(None), hold)
        except _Reached:
            progress = self.journal.progress
            return {
                "events until": str(self.caught_up),
                "rows": progress.rows,
                "labels": progress.labels,
            }
        raise _stuck("the year went by and nothing happened", self.loop)

    def until_another(self) -> dict[str, Any]:
        """Play on until an alarm has opened an incident."""
        last = _newest(self.loop).get("id")
        return self.until(lambda: _newest(self.loop).get("id") != last)

    def catch_up(self) -> None:
        """Wait until the monitor has judged all that was sent, then let whoever watches look."""
        self._until_more("mooring_monitor_rows_total", self.journal.progress.rows - 1)
        # The look that was under way may have begun before.
        for _ in range(2):
            self._until_more("mooring_drift_last_run_timestamp_seconds", time.time())
        self.look()

    def _until_more(self, metric: str, value: float) -> None:
        wait(lambda: _metric(self.loop, metric, self.model) > value, self.loop)


def close_loop(
    model: Model, space: Workspace, out: Output, ports: Ports, at: Observers, monitor: int
) -> None:
    """From a champion of March to one that has learned from the log, and say how."""
    scratch = _fresh(space.home / "demo" / "loop")
    stages = Stages(out)
    build(model, scratch, stages)
    with Processes(scratch.logs) as processes:
        loop, look = _start(processes, scratch, stages, ports, at, monitor)
        batches = past_of(model, scratch, FIRST, LAST)
        path = journal_of(scratch, model.name)
        with Journal.open(path, f"{model.name} from {FIRST}", len(batches)) as journal:
            kind, gateway = model.contract.prediction.kind, Gateway(loop.gateway, model.name)
            film = _Film(model.name, kind, batches, gateway, journal, loop, look)
            _play(film, stages)
    if out.as_json:
        out.json({"stages": stages.produced})


def _fresh(home: Path) -> Workspace:
    """A place without what an earlier loop has come to; its data and bundles are used again."""
    for name in ("workspace", "monitor", "predictions", "feedback", "replay", "rollouts"):
        shutil.rmtree(home / name, ignore_errors=True)
    space = Workspace(home / "workspace", home)
    for path in home.glob(f"{space.routing.name}*"):
        path.unlink()
    return space


def _start(
    processes: Processes,
    scratch: Workspace,
    stages: Stages,
    ports: Ports,
    at: Observers,
    monitor: int,
) -> tuple[Loop, Callable[[], None]]:
    loop = stages.run(
        "serve",
        "Starting the service, the gateway, the rollouts and the monitor",
        lambda: start_loop(processes, scratch, ports, monitor),
        lambda loop: {"gateway": loop.gateway, "monitor": loop.monitor, "logs": scratch.logs},
    )
    _, look = stages.run(
        "watch",
        "Starting who watches them",
        lambda: start_watch(processes, scratch, loop, ports, at),
        lambda started: {"watched by": started[0]},
    )
    return loop, look


def _play(film: _Film, stages: Stages) -> None:
    _until_tried(film, stages)
    stages.run(
        "rollout",
        "Replaying on, a part of the calls to the challenger",
        lambda: film.until(lambda: _newest(film.loop)["state"] in _ENDS),
        lambda found: found | _said(film.loop, "state", "why"),
    )
    _require(_newest(film.loop)["state"] == "promoted", film.loop)
    stages.run(
        "clear",
        "Waiting for the alarm to clear",
        lambda: wait(lambda: not _fires(film.loop), film.loop),
        lambda seconds: {"cleared": True, **_times(_newest(film.loop))},
    )


def _until_tried(film: _Film, stages: Stages) -> None:
    """Play on until a retrain is blessed: one that is not keeps its alarm, which asks once more."""
    for attempt in range(1, _ATTEMPTS + 1):
        number = "" if attempt == 1 else f" {attempt}"
        stages.run(
            f"alarm{number}",
            f"Replaying real flights from {film.caught_up} on, labels after landing, to an alarm",
            film.until_another,
            lambda found: found | _said(film.loop, "reason", "state"),
        )
        retrained = stages.run(
            f"retrain{number}",
            "Retraining on the rows and labels of the log, and judging it against the champion",
            lambda: _until_not(film.loop, AT_WORK),
            lambda incident: {name: incident[name] for name in _SHOWN if incident[name]},
        )
        if retrained["state"] != "not_blessed":
            break
    _require(_newest(film.loop)["state"] in ("trying", "promoted"), film.loop)


def _require(holds: bool, loop: Loop) -> None:
    """Raises LoopOpen where the newest incident has ended otherwise."""
    incident = _newest(loop)
    if not holds:
        raise LoopOpen(
            f"the retrain is {incident['state'].replace('_', ' ')}: {incident['why']}",
            place=incident["id"],
            cure="Nothing is wrong with the champion that serves; docs/loop-operation.md goes on.",
        )


def _said(loop: Loop, *names: str) -> dict[str, Any]:
    incident = _newest(loop)
    return {name: incident[name] for name in names}


def _times(incident: Incident) -> dict[str, Any]:
    began, ended = incident["alarm_at"], incident["ended_at"]
    return {"outcome": incident["state"], "seconds from alarm to end": round(ended - began, 1)}


def _until_not(loop: Loop, states: frozenset[str]) -> Incident:
    wait(lambda: _newest(loop)["state"] not in states, loop)
    return _newest(loop)


def _newest(loop: Loop) -> Incident:
    found = incidents_of(loop)
    return found[0] if found else {}


def _fires(loop: Loop) -> bool:
    """Whether evidence of the champion that is watched now is enough for an alarm."""
    samples = samples_of(loop.monitor)
    return any(rule.firing(samples) for rule in retraining_rules())


def _metric(loop: Loop, name: str, model: str) -> float:
    found = samples_of(loop.monitor)
    return max((s.value for s in found if s.name == name and s.labels["model"] == model), default=0)


def wait(happened: Callable[[], bool], loop: Loop) -> float:
    """Wait until it has happened; how many seconds. Raises LoopStuck."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > _STUCK_SECONDS:
            raise _stuck(f"nothing happened for {_STUCK_SECONDS:.0f} s", loop)
        time.sleep(_POLL_SECONDS)
    return time.monotonic() - began


def _stuck(problem: str, loop: Loop) -> LoopStuck:
    cure = "Its servers' logs, in the folder that was named above, say what they wait for."
    return LoopStuck(problem, place=f"loop, monitor {loop.monitor}", cure=cure)
