"""The real year through the loop that runs: gateway, service, rollouts, monitor, Prometheus and
Alertmanager, all of it over HTTP, labels after landing.

    PYTHONPATH=src/python:. python -m tests.loop.over_http flight_delay [--seconds-a-day 3]

A model rests 28 days of the past between two retrains, and the past stands still while one is at
work: a minute of training is no three weeks. What waits for a person, since data looked broken
while it trained, is approved a day later. Prints a page in Markdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.error import HTTPError

import numpy as np
import polars as pl

from mooring.bundle.load import load_model
from mooring.bundle.open import open_bundle
from mooring.cli.collected import CollectedLog
from mooring.cli.command import command
from mooring.cli.demo import Stages, build
from mooring.cli.loop import AT_WORK, Incident, Loop, approve, incidents_of, start_loop
from mooring.cli.observatory import Observers
from mooring.cli.registry import Model, find_model
from mooring.cli.replaying import SETTLE_DAYS, journal_of, past_of
from mooring.cli.serving import champion
from mooring.cli.stack import Ports
from mooring.cli.watching_loop import start_watch
from mooring.cli.workspace import Workspace
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import newest_ingested, read_version
from mooring.data.ingest import table_of
from mooring.evaluation.metrics import Floats, score
from mooring.monitor.incidents.incident import ENDS
from mooring.process.children import Processes
from mooring.process.ports import free_ports
from mooring.replay.gateway import Gateway
from mooring.replay.journal import Journal, Progress
from mooring.replay.run import Pace, replay, settle

FIRST, LAST = date(2013, 4, 1), date(2013, 12, 31)
REST_DAYS = 28
DAY_SECONDS = 86_400.0
# After the last event: what is under way comes to its end.
_END_SECONDS = 300.0

_MAIN = {"probability": "log_loss", "number": "mae"}


@dataclass
class Clock:
    """Which day of the past it was at an instant of ours; hears of every request. Once a day
    `daily` is called.
    """

    model: str
    daily: Callable[[], None]
    ours: list[float] = field(default_factory=list)
    past: list[datetime] = field(default_factory=list)

    def told(self, progress: Progress, at: datetime) -> None:
        if not self.past or self.past[-1].month != at.month:
            sys.stderr.write(f"{self.model} {at:%Y-%m-%d} {progress.rows:,} rows\n")
        if not self.past or self.past[-1].date() != at.date():
            self.daily()
        self.ours.append(time.time())
        self.past.append(at)

    def day(self, instant: float) -> date:
        return self.past[max(0, bisect_right(self.ours, instant) - 1)].date()


@dataclass(frozen=True)
class Through:
    """What came of a year: how much was sent in how many seconds, and every incident, oldest first,
    as the monitor tells it.
    """

    progress: Progress
    seconds: float
    incidents: Sequence[Incident]


def run(model: Model, space: Workspace, day_seconds: float, last: date) -> Through:
    """Serve, watch and replay."""
    gateway, metrics, service, monitor, prometheus, alertmanager = free_ports(6)
    ports = Ports(gateway, metrics, service)
    with Processes(space.logs) as processes:
        loop = start_loop(processes, space, ports, monitor, REST_DAYS * day_seconds)
        _, look = start_watch(processes, space, loop, ports, Observers(prometheus, alertmanager))

        def daily() -> None:
            look()
            _approve_what_waits(loop)

        return _replayed(model, space, loop, Clock(model.name, daily), day_seconds, last)


def _replayed(
    model: Model, space: Workspace, loop: Loop, clock: Clock, day_seconds: float, last: date
) -> Through:
    batches = past_of(model, space, FIRST, last)
    kind, gateway = model.contract.prediction.kind, Gateway(loop.gateway, model.name)
    began = time.monotonic()
    with Journal.open(journal_of(space, model.name), model.name, len(batches)) as journal:
        pace = Pace(DAY_SECONDS / day_seconds)
        replay(batches, gateway, journal, kind, pace, lambda _: _waited(loop), clock.told)
        seconds = time.monotonic() - began
        settle(gateway, journal, kind, batches[-1].at, SETTLE_DAYS)
        _settled(loop)
        found = [_dated(each, clock) for each in reversed(incidents_of(loop))]
        return Through(journal.progress, seconds, found)


def _waited(loop: Loop) -> bool:
    """Whether somebody was at work, who is done now."""
    waited = False
    while any(each["state"] in AT_WORK for each in incidents_of(loop)[:1]):
        waited = True
        time.sleep(0.5)
    return waited


def _approve_what_waits(loop: Loop) -> None:
    for each in incidents_of(loop)[:1]:
        if each["state"] == "awaiting_approval":
            # Not while the data still look broken.
            with suppress(HTTPError):
                approve(loop, each["id"], "who replays")


def _settled(loop: Loop) -> None:
    deadline = time.monotonic() + _END_SECONDS
    # The canary of the last alarm has no more callers: it stays on trial.
    over = ENDS | {"trying"}
    while any(each["state"] not in over for each in incidents_of(loop)[:1]):
        if time.monotonic() > deadline:
            return
        time.sleep(1.0)


def _dated(incident: Incident, clock: Clock) -> Incident:
    ended = incident["ended_at"] or incident["since"]
    return {
        **incident,
        "alarm": clock.day(incident["alarm_at"]),
        "asked": clock.day(incident["requested_at"]),
        "end": clock.day(ended),
        "seconds": ended - incident["requested_at"],
    }


def by_month(model: Model, space: Workspace, first: Path) -> pl.DataFrame:
    """The main metric of each month: of what was answered, and of what the bundle `first` would
    have answered to the same rows.
    """
    log = CollectedLog.below(space.home, model.name)
    days = [frame for day in log.days() for frame in log.joined(day)]
    shown = ("at", "version", "prediction", "label", "state", "role")
    answered = pl.concat([frame.select(shown) for frame in days])
    held = answered.filter((pl.col("state") == "held") & (pl.col("role") != "shadow"))
    served = _monthly(model, held["at"], held["label"].to_numpy(), held["prediction"].to_numpy())
    table = table_of(space.data, model.name)
    ingested = newest_ingested(table)
    assert ingested is not None, table
    _, rows = read_version(table, ingested.version)
    live = rows.filter(pl.col("event_time").dt.date().is_between(FIRST, held["at"].dt.date().max()))
    stale = load_model(open_bundle(first)).predict(columns_from(model.contract, live))
    never = _monthly(model, live["event_time"], labels_from(model.contract, live), stale)
    versions = held.group_by(pl.col("at").dt.month().alias("month")).agg(
        pl.col("version").unique().sort().alias("versions"), pl.len().alias("rows")
    )
    both = served.join(never, on="month", suffix=" never").join(versions, on="month")
    return both.sort("month")


def _monthly(model: Model, at: pl.Series, labels: Floats, predictions: Floats) -> pl.DataFrame:
    kind = model.contract.prediction.kind
    month = at.dt.month().to_numpy()
    found = {
        int(m): score(kind, labels[month == m], predictions[month == m])[_MAIN[kind]]
        for m in np.unique(month)
    }
    return pl.DataFrame({"month": list(found), "value": list(found.values())})


def page(model: Model, through: Through, months: pl.DataFrame) -> str:
    """The year as a section of a page."""
    metric = _MAIN[model.contract.prediction.kind]
    rate = through.progress.rows / through.seconds
    lines = [
        f"## {model.name}",
        f"{through.progress.rows:,} rows and {through.progress.labels:,} labels in "
        f"{through.seconds:,.0f} s ({rate:,.0f} rows a second).\n",
        "| alarm since | by | retrain asked for | came to | on | seconds | why |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(
            f"| {i['alarm']} | {i['reason']} | {i['asked']} | {_came_to(i)} | {i['end']} | "
            f"{i['seconds']:.0f} | {i['why']} |"
            for i in through.incidents
        ),
        f"\n| month | rows | versions | {metric} | without a retrain |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {m['month']} | {m['rows']:,} | {', '.join(map(str, m['versions']))} | "
            f"{m['value']:.4f} | {m['value never']:.4f} |"
            for m in months.to_dicts()
        ),
    ]
    return "\n".join(lines) + "\n"


def _came_to(incident: Incident) -> str:
    approved = ", approved" if incident["approved_by"] else ""
    return f"{incident['state'].replace('_', ' ')}{approved}"


def main() -> None:
    """Build a champion that knows January to March, and let the rest of the year come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=("flight_delay", "flight_time"))
    parser.add_argument("--seconds-a-day", type=float, default=3.0)
    parser.add_argument("--to", type=date.fromisoformat, default=LAST)
    parser.add_argument("--home", type=Path, help="instead of a temporary one")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, command(False) as out:
        home = (chosen.home or Path(folder)).absolute()
        model, space = find_model(chosen.model), Workspace(home / "workspace", home)
        build(model, space, Stages(out))
        first = champion(model, space).folder
        through = run(model, space, chosen.seconds_a_day, chosen.to)
        sys.stdout.write(page(model, through, by_month(model, space, first)))


if __name__ == "__main__":
    main()
