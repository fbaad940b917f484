"""A retrain from end to end: rows, plan, bundle, both blessings, result.

Every step writes whole things under names of their content, and does nothing where they are there
already: a run that was killed is gone on from by running the same job again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from mooring.blessing.comparison import shares_days
from mooring.blessing.evidence import Verdict
from mooring.bundle.atomic import write_file
from mooring.bundle.errors import BundleError
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, read_release
from mooring.cli.errors import NothingReleased, NotRetrainable
from mooring.cli.jobs import Progress
from mooring.cli.judging import Blessed, Terms, bless_model, is_trained
from mooring.cli.making import candidate_of, plan_of_newest_days
from mooring.cli.matured import Log, frames, last_matured
from mooring.cli.proving import bless_process, verdict_of
from mooring.cli.registry import Model
from mooring.cli.released import entries_of, open_released
from mooring.cli.taught import ChampionRows, rows_of
from mooring.cli.workspace import Workspace
from mooring.contract.contract import Contract
from mooring.data.dataset import DatasetVersion, read_version
from mooring.data.ingest import table_of
from mooring.data.labelled import Appended, append_labelled
from mooring.data.logged import Wanted
from mooring.monitor.incidents.job import Result
from mooring.training.adopted import AdoptedPlan
from mooring.training.plan import TrainingPlan
from mooring.training.refit import refit_of
from mooring.training.tracking import Tracker
from mooring.training.train import train

Step = Callable[[str], AbstractContextManager[object]]
Note = Callable[[Progress], None]


@dataclass(frozen=True)
class Retrain:
    """What is asked for. `until` caps the days that are learned from; `labelers` are callers whose
    labels count, None for all that the log accepted.
    """

    model: Model
    space: Workspace
    log: Log
    horizon_seconds: float
    until: date | None = None
    labelers: frozenset[str] | None = None


@dataclass(frozen=True)
class Retrained:
    """What came of it: the result, the evidence, and the days that were learned from and judged."""

    result: Result
    blessed: tuple[Blessed, ...]
    plan: TrainingPlan

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all checks."""
        return verdict_of(list(self.blessed))


def retrain(
    asked: Retrain,
    tracker: Tracker,
    before: Progress | None = None,
    note: Note = lambda progress: None,
    step: Step = lambda text: nullcontext(),
) -> Retrained:
    """Learn from the champion's rows and the log's, and judge the outcome on the log's last days.

    `before` is how far an earlier run of the same job came, `note` is told how far this one is.
    Raises NotRetrainable without newer rows or training code, and whatever its steps raise.
    """
    champion, others = _released(asked)
    with step("Finding labelled rows"):
        rows = _rows(asked, champion)
        until = before.until if before else _until(asked)
        note(Progress(until=until))
        appended = _append(asked, rows, until, others)
    plan = _plan(asked.model, champion, rows, appended.dataset)
    with step("Training"):
        bundle = _train(asked, plan, appended.dataset, tracker, before)
    note(Progress(until=until, dataset=appended.dataset.sha256, bundle=bundle.id))
    blessed = tuple(_bless(asked, plan, appended.dataset, bundle, step))
    return Retrained(_result(blessed, champion, appended), blessed, plan)


def _released(asked: Retrain) -> tuple[Bundle, tuple[Contract, ...]]:
    """The champion, and the contracts of all that is released."""
    path = asked.space.release(asked.model.name)
    release = read_release(path, model=asked.model.name).release
    if release.champion is None:
        cure = f"Run `mooring promote {asked.model.name}`: a retrain is measured by a champion."
        raise NothingReleased("there is no champion", place=str(path), cure=cure)
    if not is_trained(asked.model) or isinstance(asked.model.plan, AdoptedPlan):
        cure = "Train it where it came from, and adopt it again."
        raise NotRetrainable("its training code is not here", place=asked.model.name, cure=cure)
    champion = open_released(asked.model, asked.space, release.champion)
    return champion, tuple(_contracts(asked, release))


def _contracts(asked: Retrain, release: Release) -> Iterator[Contract]:
    for released in entries_of(release):
        try:
            yield open_released(asked.model, asked.space, released).contract
        except BundleError:  # a former one that is gone: its rows are then nobody's
            continue


def _rows(asked: Retrain, champion: Bundle) -> ChampionRows:
    return rows_of(asked.model, asked.space, champion)


def _until(asked: Retrain) -> date:
    matured = last_matured(asked.log, asked.horizon_seconds)
    return min(matured, asked.until) if asked.until else matured


def _append(
    asked: Retrain, rows: ChampionRows, until: date, others: tuple[Contract, ...]
) -> Appended:
    first = rows.last + timedelta(days=1)
    if until < first:
        raise NotRetrainable(
            f"labels have had their time to come until {until}, and the champion knows the days "
            f"until {rows.last}",
            place=asked.model.name,
            cure="Wait for newer predictions and their labels.",
        )
    wanted = Wanted(asked.model.contract, first, until, asked.labelers, others)
    log = frames(asked.log, first, until)
    return append_labelled(wanted, rows.taught, log, asked.space.data)


def _plan(
    model: Model, champion: Bundle, rows: ChampionRows, dataset: DatasetVersion
) -> TrainingPlan:
    """The model's plan on these days, judged on days that neither model has learned from."""
    if date.fromisoformat(dataset.end) <= rows.last:
        cure = "See the dataset's `left_out` and its quarantine for what became of the log's rows."
        raise NotRetrainable("the log has no labelled row to add", place=model.name, cure=cure)
    plan = plan_of_newest_days(model, dataset)
    learned, judged = champion.manifest.dataset.period, plan.split.holdout
    if shares_days(learned, judged):
        raise NotRetrainable(
            f"the champion learned from days until {learned.end}, and {judged.start} to "
            f"{judged.end} would judge both",
            place=model.name,
            cure="Wait until as many days have passed as judge a retrain.",
        )
    return plan


def _train(
    asked: Retrain,
    plan: TrainingPlan,
    dataset: DatasetVersion,
    tracker: Tracker,
    before: Progress | None,
) -> Bundle:
    """The bundle that an earlier run made of the very rows, else a new one; it is the candidate."""
    space, name = asked.space, asked.model.name
    bundle = None
    if before is not None and before.bundle and before.dataset == dataset.sha256:
        bundle = _kept(asked, before.bundle)
    if bundle is None:
        rows = _read(asked, dataset)
        bundle = train(plan, dataset, rows, space.bundles, tracker).bundle
    write_file(space.candidate(name), bundle.id.encode())
    return bundle


def _kept(asked: Retrain, bundle: str) -> Bundle | None:
    try:
        return candidate_of(asked.model, asked.space, bundle)
    except BundleError:
        return None


def _read(asked: Retrain, dataset: DatasetVersion) -> pl.DataFrame:
    return read_version(table_of(asked.space.data, asked.model.name), dataset.version)[1]


def _bless(
    asked: Retrain, plan: TrainingPlan, dataset: DatasetVersion, bundle: Bundle, step: Step
) -> Iterator[Blessed]:
    """What the gate requires, the evaluation first: what is not good is not served on trial."""
    gate = asked.model.gate.moved(plan.split.holdout)
    with step("Judging the bundle and the champion on the newest days"):
        terms = Terms(gate, dataset, _read(asked, dataset), refit_of(plan))
        done = bless_model(asked.model, asked.space, bundle.id, terms)
    yield done
    if done.blessing.verdict == "blessed" and "serving" in gate.required_blessings:
        with step("Serving it on trial: golden samples, load, SIGTERM"):
            yield bless_process(asked.model, asked.space, bundle.id)


def _result(blessed: tuple[Blessed, ...], champion: Bundle, appended: Appended) -> Result:
    checks = [check for each in blessed for check in each.blessing.checks]
    against = [check for check in checks if check.verdict != "blessed"]
    said = "; ".join(f"{check.name}, {check.metric}: {check.found}" for check in against)
    delta = {
        check.metric: (versus.difference, versus.lower, versus.upper)
        for check in checks
        if (versus := check.versus) is not None
        and versus.difference is not None
        and versus.lower is not None
        and versus.upper is not None
    }
    return Result(
        outcome="not_blessed" if against else "blessed",
        bundle=blessed[0].blessing.bundle,
        champion=champion.id,
        labels_by=dict(appended.labels_by),
        delta=delta,
        reason=said,
    )
