"""`mooring report`: what the monitor has seen of a model, as one page for people."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, ModelName, space_of

if TYPE_CHECKING:
    from mooring.cli.workspace import Workspace
    from mooring.monitor.settings import ModelSettings
    from mooring.report.facts import Facts, Span
    from mooring.report.gather import Sources

_DAY = ["%Y-%m-%d"]

# What is watched by, where the environment names no other file.
_SETTINGS = Path("deploy") / "monitor.toml"


def report(
    context: typer.Context,
    model: ModelName,
    since: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="First day of event time, UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="Last day of event time, UTC.")
    ] = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="Default: <home>/reports/<model>.html.")
    ] = None,
    evidently: Annotated[
        bool, typer.Option("--evidently", help="Also evidently's own report, beside it.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Write one page on what came in and what came true: evidence, quality, drift, incidents."""
    with command(json) as out:
        from mooring.report.facts import Span

        span = Span(since.date() if since else None, until.date() if until else None)
        with out.step(f"Reading what the monitor knows of {model}"):
            done = write_report(space_of(context), model, span, out_file, evidently=evidently)
        if done.missed:
            out.note(f"mooring: {done.missed}")
        out.result(done.told())


@dataclass(frozen=True)
class Written:
    """A report that was written, and what it is of; `beside` is evidently's, `missed` why there is
    none though it was asked for.
    """

    path: Path
    facts: Facts
    beside: Path | None = None
    missed: str = ""

    def told(self) -> dict[str, Any]:
        """For people and scripts."""
        beside = {"evidently": str(self.beside)} if self.beside else {}
        return {
            "report": str(self.path),
            **beside,
            "days": f"{self.facts.first} to {self.facts.last}",
            "rows": sum(day.rows for day in self.facts.days),
            "windows": len(self.facts.windows),
            "cohorts": len(self.facts.cohorts),
            "incidents": len(self.facts.incidents),
        }


def write_report(
    space: Workspace, model: str, span: Span, out: Path | None, *, evidently: bool = False
) -> Written:
    """Gather, render and write; where evidently cannot be asked, its report is left out.

    Raises UnknownModel, a ReportError, and the errors of the files that it reads.
    """
    from mooring.bundle.atomic import write_file
    from mooring.report.gather import Sources, gather
    from mooring.report.page import to_html

    sources = Sources(space.home, _folder(space, model), settings_of(space, model))
    facts = gather(sources, span)
    path = (out or space.home / "reports" / f"{model}.html").absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside, missed = _evidently(space, sources, facts, path) if evidently else (None, "")
    links = (("Evidently", beside.name),) if beside else ()
    write_file(path, to_html(facts, links).encode())
    return Written(path, facts, beside, missed)


def _evidently(
    space: Workspace, sources: Sources, facts: Facts, page: Path
) -> tuple[Path | None, str]:
    """Evidently's report beside ours, or why there is none."""
    from mooring.data.ingest import table_of
    from mooring.report.compared import compared
    from mooring.report.errors import PeerFailed
    from mooring.report.peer.beside import program_in, write_evidently

    if facts.champion is None or facts.distributions is None:
        return None, facts.untold
    path = page.with_suffix(".evidently.html")
    try:
        program = program_in([space.root])
        dataset = table_of(space.data, facts.model)
        rows = compared(facts.champion, facts.distributions.window, sources.tables, dataset)
        write_evidently(rows, path, program)
    except PeerFailed as failed:
        return None, str(failed)
    return path, ""


def settings_of(space: Workspace, model: str) -> ModelSettings:
    """How the model is watched: by the file that the environment names, else by the shipped one.

    Raises BadSetting, or BadSettings.
    """
    from mooring.monitor.settings import SETTINGS, Settings

    named = os.environ.get(SETTINGS)
    shipped = space.root / _SETTINGS
    file = named or (str(shipped) if shipped.exists() else "")
    return Settings.of({SETTINGS: file}).of_model(model)


def _folder(space: Workspace, model: str) -> Path:
    """The model's folder: any that has a release, be its code here or not. Raises UnknownModel."""
    from mooring.cli.registry import find_model
    from mooring.predictionlog.layout import MODEL_NAME

    if MODEL_NAME.fullmatch(model) and space.release(model).exists():
        return space.model(model)
    return space.model(find_model(model).name)


VERBS = (report,)
