"""Verbs about what has been released: take it back, show it, make it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mooring.cli.command import command
from mooring.cli.options import AsJson, BundleId, Commit, ModelName, Reason, Tracking, space_of

# As `mooring contract diff` has it: the command worked, and the answer is no.
DIFFERS = 3


def withdraw(
    context: typer.Context,
    model: ModelName,
    reason: Reason = "withdrawn by hand",
    commit: Commit = False,
    tracking: Tracking = None,
    json: AsJson = False,
) -> None:
    """Take the challenger back; its version is never given to another bundle."""
    with command(json) as out:
        from mooring.cli.mirroring import mirror_after
        from mooring.cli.registry import find_model
        from mooring.cli.releasing import show_release, withdraw_model

        known = find_model(model)
        done = withdraw_model(known, space_of(context), reason=reason, commit=commit)
        show_release(out, done, mirror_after(out, known, space_of(context), tracking))


def mirror(
    context: typer.Context, model: ModelName, tracking: Tracking = None, json: AsJson = False
) -> None:
    """Let MLflow's aliases say again what release.json says."""
    with command(json) as out:
        from mooring.cli.mirroring import mirror_model
        from mooring.cli.registry import find_model

        done = mirror_model(find_model(model), space_of(context), tracking)
        out.result({"aliases": dict(done.aliases), "not shown": list(done.notes)})


def card(
    context: typer.Context,
    model: ModelName,
    bundle: BundleId = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Where to write it; default: below the home.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Write the model card of the champion, or of a bundle: Markdown, HTML and pictures."""
    with command(json) as out:
        from mooring.cli.carding import card_model
        from mooring.cli.registry import find_model

        written = card_model(find_model(model), space_of(context), bundle=bundle, out=out_folder)
        out.result({path.name: str(path) for path in written})


def reproduce(
    context: typer.Context,
    model: ModelName,
    bundle: BundleId = None,
    version: Annotated[int | None, typer.Option(help="A version of the release.")] = None,
    json: AsJson = False,
) -> None:
    """Train the champion again from its own code and data; exit status 3 when it differs."""
    with command(json) as out:
        from mooring.cli.registry import find_model
        from mooring.cli.reproducing import reproduce_model, show_reproduced

        done = reproduce_model(
            find_model(model), space_of(context), bundle=bundle, version=version, progress=out.note
        )
        show_reproduced(out, done)
        if not done.same:
            raise typer.Exit(DIFFERS)


VERBS = (withdraw, mirror, reproduce, card)
