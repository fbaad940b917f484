"""`mooring retrain` and `mooring challenge`: what an incident asks for, and people may too.

Exit status of `retrain`: 0 for a bundle with both blessings, 3 for one without, 1 for a failure,
128 + n for a signal. Of `challenge`: 0 or 1. Run again, a job that is done says what it found.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, Commit, ModelName, Tracking, space_of

# As `mooring reproduce` has it: the command worked, and the answer is no.
NOT_BLESSED = 3

Incident = Annotated[
    str | None, typer.Option(help="The incident that asks; its job is done once, however often.")
]
Folder = Annotated[
    Path | None,
    typer.Option("--job", help="The job's folder; default: below the home, by the incident."),
]
ResultFile = Annotated[
    Path | None, typer.Option("--result", help="Where the result goes; the job's folder is its.")
]


def retrain(
    context: typer.Context,
    model: ModelName,
    incident: Incident = None,
    job: Folder = None,
    result: ResultFile = None,
    log: Annotated[
        Path | None, typer.Option(help="The home of the monitor's tables; default: the home.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Learn from no later day.")
    ] = None,
    horizon: Annotated[
        float | None,
        typer.Option(help="Seconds that labels may take; default: as the monitor has it."),
    ] = None,
    labeler: Annotated[
        list[str] | None, typer.Option(help="Only labels of this caller; may be repeated.")
    ] = None,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Train the champion's plan on its rows and the log's, and judge it on the newest days."""
    with command(json) as out:
        from mooring.cli.collected import CollectedLog
        from mooring.cli.job_runs import run_retrain, show_found
        from mooring.cli.jobs import job_folder
        from mooring.cli.matured import horizon_of
        from mooring.cli.registry import find_model
        from mooring.cli.retrained import Retrain

        space, known = space_of(context), find_model(model)
        asked = Retrain(
            known,
            space,
            CollectedLog.below(log or space.home, known.name),
            horizon_of(known.name, os.environ) if horizon is None else horizon,
            until.date() if until else None,
            frozenset(labeler) if labeler else None,
        )
        folder = job_folder(space.home, incident, "retrain", job, result)
        found = run_retrain(asked, folder, tracking, out.step)
        show_found(out, found)
        if found.outcome != "blessed":
            raise typer.Exit(NOT_BLESSED)


def challenge(
    context: typer.Context,
    model: ModelName,
    bundle: Annotated[str, typer.Option(help="Id of a blessed bundle, or its first 16 digits.")],
    incident: Incident = None,
    job: Folder = None,
    result: ResultFile = None,
    commit: Commit = False,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Make a retrained and blessed bundle the challenger in models/<model>/release.json."""
    with command(json) as out:
        from mooring.cli.job_runs import run_challenge, show_found
        from mooring.cli.jobs import job_folder
        from mooring.cli.mirroring import mirror_after
        from mooring.cli.registry import find_model

        space, known = space_of(context), find_model(model)
        folder = job_folder(space.home, incident, "challenge", job, result)
        found = run_challenge(known, space, bundle, incident, folder, commit=commit)
        mirror_after(out, known, space, tracking)
        show_found(out, found)


VERBS = (retrain, challenge)
