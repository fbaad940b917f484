"""`mooring replay`: a model's past through a gateway that runs, labels when they were known."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, ModelName, space_of

if TYPE_CHECKING:
    from mooring.cli.registry import Model
    from mooring.cli.workspace import Workspace
    from mooring.replay.events import Batch
    from mooring.replay.journal import Progress

_DAY = ["%Y-%m-%d"]

# Labels that come later than this after the last row of a replay are not waited for.
SETTLE_DAYS = 3.0


@dataclass(frozen=True)
class Wish:
    """What is replayed: days inclusive, to which gateway, how fast; `fresh` forgets how far an
    earlier one came.
    """

    start: date
    end: date
    url: str
    speed: float | None
    fresh: bool = False


def replay(
    context: typer.Context,
    model: ModelName,
    start: Annotated[datetime, typer.Option("--from", formats=_DAY, help="First day, UTC.")],
    end: Annotated[datetime, typer.Option("--to", formats=_DAY, help="Last day, UTC.")],
    url: Annotated[str, typer.Option(help="The gateway.")] = "http://127.0.0.1:8080",
    speed: Annotated[
        float | None,
        typer.Option(min=1.0, help="Seconds of the past in one of ours; default: all it can."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget how far it came.")] = False,
    json: AsJson = False,
) -> None:
    """Send the past through a gateway: each row at its event time, its label when it was known.

    Run again, it goes on where it stopped.
    """
    with command(json) as out:
        from mooring.cli.registry import find_model

        wish = Wish(start.date(), end.date(), url, speed, fresh)
        with out.step(f"Replaying {model} from {wish.start} to {wish.end}") as far:
            done = run_replay(find_model(model), space_of(context), wish, far)
        out.result({"requests": done.done, "rows": done.rows, "labels": done.labels})


def run_replay(
    model: Model,
    space: Workspace,
    wish: Wish,
    far: Callable[[str], None],
) -> Progress:
    """Replay, and send the labels that became known within three days after the last row."""
    from mooring.replay.gateway import Gateway
    from mooring.replay.journal import Journal
    from mooring.replay.run import Pace, replay, settle

    found = past_of(model, space, wish.start, wish.end)
    path = journal_of(space, model.name)
    if wish.fresh:
        _forget(path)
    what = f"{model.name}, {wish.start} to {wish.end}"
    kind = model.contract.prediction.kind
    gateway = Gateway(wish.url, model.name, os.environ.get("MOORING_API_KEY", ""))
    with Journal.open(path, what, len(found)) as journal:
        replay(
            found, gateway, journal, kind, Pace(wish.speed),
            told=lambda progress, at: far(_far(progress, at)),
        )  # fmt: skip
        if found:
            settle(gateway, journal, kind, found[-1].at, SETTLE_DAYS)
        gateway.close()
        return journal.progress


def past_of(model: Model, space: Workspace, start: date, end: date) -> Sequence[Batch]:
    """The requests of a model's dataset; it is ingested if it is not there yet.

    Raises NoLabelTimes for a model that does not say when its labels became known.
    """
    from mooring.cli.making import ingest_model
    from mooring.data.dataset import newest_ingested, read_version
    from mooring.data.ingest import table_of
    from mooring.replay.errors import NoLabelTimes
    from mooring.replay.events import batches, with_label_times

    if model.source.labelled_at is None:
        raise NoLabelTimes(
            "nothing says when its labels became known",
            place=f"source of {model.name}",
            cure="Give its DataSource `labelled_at`.",
        )
    table = table_of(space.data, model.name)
    # A retrain of the same home may have written newer ones, of predictions.
    found = newest_ingested(table) or ingest_model(model, space).dataset
    _, rows = read_version(table, found.version)
    known = with_label_times(rows, model.source.labelled_at(), model.name)
    return batches(model.contract, known, start, end)


def journal_of(space: Workspace, model: str) -> Path:
    """Where it is written how far a replay has come."""
    return space.home / "replay" / f"{model}.db"


def _forget(path: Path) -> None:
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def _far(progress: Progress, at: datetime) -> str:
    share = f"{progress.done / progress.batches:.0%}"
    return f"{at:%Y-%m-%d}, {share}, {progress.rows:,} rows, {progress.labels:,} labels"


VERBS = (replay,)
