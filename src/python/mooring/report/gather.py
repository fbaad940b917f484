"""Reading what the monitor wrote of a model: state, incidents, tables; it may be writing on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mooring.bundle.release import Release, Released, read_release
from mooring.bundle.store import cache_in
from mooring.contract.errors import MooringError
from mooring.drift.bins import SCORE
from mooring.monitor.champion import RELEASE, Champion, open_champion
from mooring.monitor.incidents.past import incidents_of
from mooring.monitor.judging.cohort import CohortJudgement
from mooring.monitor.judging.difference import Difference, counts_of
from mooring.monitor.judging.evidence import Evidence
from mooring.monitor.judging.summary import DaySummary
from mooring.monitor.judging.window import WindowJudgement
from mooring.monitor.judging.windows import Window
from mooring.monitor.settings import ModelSettings
from mooring.monitor.state import Reign, State
from mooring.monitor.tables.claims import LOGS, read_ledger
from mooring.monitor.tables.counts import Counts
from mooring.monitor.tables.joined import joined
from mooring.monitor.tables.layout import MONITOR, Tables
from mooring.report.errors import NoDays, NothingWatched
from mooring.report.facts import (
    DayRows,
    Distribution,
    Distributions,
    Facts,
    Slices,
    Span,
    WatchedCohort,
    WatchedWindow,
)
from mooring.report.slices import slices

_NO_DAYS = "no day of this time was answered by a version whose bundle is known"
_STATE, _INCIDENTS = "state.db", "incidents.db"


@dataclass(frozen=True)
class Sources:
    """Where a model's things lie: MOORING_HOME, and the folder that holds its `release.json`."""

    home: Path
    folder: Path
    settings: ModelSettings

    @property
    def model(self) -> str:
        """The model's name."""
        return self.folder.name

    @property
    def tables(self) -> Tables:
        """The tables of the model."""
        return Tables(self.home / MONITOR, self.home, self.model)


@dataclass(frozen=True)
class Past:
    """What `state.db` holds of the days that were asked for."""

    reigns: tuple[Reign, ...]
    summaries: Mapping[int, tuple[DaySummary, ...]]
    windows: tuple[WatchedWindow, ...]
    cohorts: tuple[WatchedCohort, ...]


def gather(sources: Sources, span: Span) -> Facts:
    """Read all that is known of a model in a time.

    Raises NothingWatched before the monitor has counted a day of it, NoDays when none of them is
    of that time, and the errors of the files that it reads.
    """
    past = _past(sources, span)
    release = read_release(sources.folder / RELEASE, model=sources.model).release
    champion, untold = _champion(sources, release, past)
    every = [day for days in past.summaries.values() for day in days]
    totals = _totals(sources.tables)
    return Facts(
        model=sources.model,
        span=span,
        first=min(day.day for day in every),
        last=max(day.day for day in every),
        champion=champion,
        release=release,
        watching=sources.settings.watching,
        objectives={str(name): at for name, at in sources.settings.objectives.items()},
        reigns=past.reigns,
        days=tuple(_rows(day) for day in sorted(every, key=lambda d: (d.day, d.version))),
        windows=past.windows,
        cohorts=past.cohorts,
        distributions=_distributions(champion, past) if champion else None,
        untold=untold,
        slices=_slices(sources, champion, past) if champion else None,
        labels=_labels(totals),
        delays=totals.by_delay,
        incidents=incidents_of(sources.home / MONITOR / _INCIDENTS, sources.model),
    )


def _past(sources: Sources, span: Span) -> Past:
    path = sources.home / MONITOR / _STATE
    if not path.exists():
        raise _nothing(sources.model, f"there is no {_STATE} yet", str(path))
    with closing(State.reading(path)) as state:
        model = sources.model
        reigns = state.reigns(model)
        versions = sorted({reign.version for reign in reigns})
        known = {v: tuple(_summaries(state, model, v)) for v in versions}
        found = {v: tuple(d for d in days if span.holds(d.day)) for v, days in known.items()}
        _check(model, known, found, str(path))
        windows = tuple(w for v in versions for w in _windows(state, model, v, span))
        cohorts = tuple(c for v in versions for c in _cohorts(state, model, v, span))
    held = {version: days for version, days in found.items() if days}
    return Past(
        reigns,
        held,
        tuple(sorted(windows, key=lambda w: (w.judged.window.start, w.reign))),
        tuple(sorted(cohorts, key=lambda c: (c.judged.window.start, c.reign))),
    )


def _summaries(state: State, model: str, version: int) -> Iterator[DaySummary]:
    for document in state.summaries(model, version, date.min, date.max).values():
        summary = DaySummary.from_json(document)
        if summary.rows:
            yield summary


def _windows(state: State, model: str, version: int, span: Span) -> Iterator[WatchedWindow]:
    for kept in state.judgements(model, version, "window"):
        judged = WindowJudgement.from_json(kept.body)
        if span.meets(judged.window):
            yield WatchedWindow(kept.reign, judged, Evidence.from_json(kept.evidence))


def _cohorts(state: State, model: str, version: int, span: Span) -> Iterator[WatchedCohort]:
    for kept in state.judgements(model, version, "cohort"):
        judged = CohortJudgement.from_json(kept.body)
        if span.meets(judged.window):
            yield WatchedCohort(kept.reign, judged, Evidence.from_json(kept.evidence))


def _champion(sources: Sources, release: Release, past: Past) -> tuple[Champion | None, str]:
    """The version that reigned last of those that answered; else why there is none to show."""
    for reign in reversed(past.reigns):
        if reign.version not in past.summaries:
            continue
        released = _released(release, reign)
        if released is None:
            continue
        try:
            return open_champion(sources.folder, cache_in(sources.home), released), ""
        except MooringError as error:
            return None, str(error)
    return None, _NO_DAYS


def _released(release: Release, reign: Reign) -> Released | None:
    held = [release.champion, release.challenger, *release.former]
    found = [r for r in held if r and (r.version, r.bundle) == (reign.version, reign.bundle)]
    return found[0] if found else None


def _distributions(champion: Champion, past: Past) -> Distributions:
    """Of the window that was judged last, or of all days while none is."""
    days = past.summaries[champion.version]
    judged = [w.judged for w in past.windows if w.judged.version == champion.version]
    if judged:
        window = judged[-1].window
        days = tuple(day for day in days if day.day in window.dates)
    else:
        window = Window(days[0].day, days[-1].day + timedelta(days=1))
    told = _differences(judged[-1]) if judged else {}
    sensitive = {f.name for f in champion.contract.features if f.sensitive}
    every = tuple(
        (
            Distribution(f.feature, (), (), (), told.get(f.feature))
            if f.feature in sensitive
            else _distribution(champion, f.feature, days, told.get(f.feature))
        )
        for f in champion.reference.features
    )
    return Distributions(champion.version, window, bool(judged), every)


def _distribution(
    champion: Champion, name: str, days: tuple[DaySummary, ...], told: Difference | None
) -> Distribution:
    feature = champion.reference.feature(name)
    now = counts_of(name, days).sum(axis=0)
    if len(now) != len(feature.rows):
        return Distribution(name, (), (), (), told)
    return Distribution(name, feature.bins.labels, feature.rows, tuple(now.tolist()), told)


def _differences(judged: WindowJudgement) -> dict[str, Difference]:
    return {**judged.features, SCORE: judged.score}


def _slices(sources: Sources, champion: Champion, past: Past) -> Slices | None:
    cohorts = [c.judged for c in past.cohorts if c.judged.version == champion.version]
    if not cohorts:
        return None
    window = cohorts[-1].window
    return slices(champion, window, (joined(sources.tables, day) for day in window.dates))


def _rows(day: DaySummary) -> DayRows:
    return DayRows(day.day, day.version, day.rows, day.labelled, day.disputed)


def _totals(tables: Tables) -> Counts:
    return sum((read_ledger(tables, log).totals for log in LOGS), Counts())


def _labels(totals: Counts) -> dict[str, int]:
    return dict(sorted(totals.outcomes.items()))


def _check(
    model: str,
    known: Mapping[int, tuple[DaySummary, ...]],
    found: Mapping[int, tuple[DaySummary, ...]],
    place: str,
) -> None:
    days = [day.day for each in known.values() for day in each]
    if not days:
        raise _nothing(model, "the monitor has counted no day of it yet", place)
    if not any(found.values()):
        raise NoDays(
            "no rows were answered in that time",
            place=f"{model} in {place}",
            cure=f"There are days from {min(days)} to {max(days)}: choose --since and --until "
            "among them.",
        )


def _nothing(model: str, problem: str, place: str) -> NothingWatched:
    return NothingWatched(
        problem,
        place=f"{model}, {place}",
        cure="Run the monitor (python -m mooring.monitor) over what gateways log, and let it look "
        "once; docs/monitor.md says how.",
    )
