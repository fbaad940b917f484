"""The verb `bless`: evidence that a bundle is good, and that it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, get_args

from mooring.blessing.evidence import Verdict, overall, write_blessing
from mooring.blessing.gate import BlessingKind
from mooring.blessing.subject import LocalService
from mooring.blessing.trial import bless_service
from mooring.bundle.open import open_bundle
from mooring.bundle.signature import sign_file
from mooring.cli.console import Output
from mooring.cli.evidence import HEADER, row_of
from mooring.cli.judging import Blessed, bless_model
from mooring.cli.registry import Model
from mooring.cli.serving import unreleased
from mooring.cli.workspace import Workspace
from mooring.process.ports import free_port
from mooring.process.service import ServiceProcess

Step = Callable[[str], AbstractContextManager[object]]

_STEPS: Mapping[BlessingKind, str] = {
    "evaluation": "Judging the bundle on the holdout and its slices",
    "serving": "Serving it on trial: golden samples, load, SIGTERM",
}


def bless(
    model: Model,
    space: Workspace,
    bundle: str | None = None,
    only: BlessingKind | None = None,
    step: Step = lambda text: nullcontext(),
    key: Path | None = None,
) -> list[Blessed]:
    """Both blessings of a bundle, evaluation first, or `only` one; signed where a `key` is given.

    Raises what either raises, and SigningUnusable.
    """
    work = {"evaluation": bless_model, "serving": bless_process}
    kinds = [only] if only else list(get_args(BlessingKind))
    done = []
    for kind in kinds:
        with step(_STEPS[kind]):
            done.append(work[kind](model, space, bundle))
            if key is not None:
                sign_file(done[-1].path, key)
    return done


def bless_process(model: Model, space: Workspace, bundle: str | None = None) -> Blessed:
    """Start the bundle's service as `serve` would, and judge it by the budget of the gate."""
    served = unreleased(model, space, bundle)
    process = ServiceProcess(
        service=model.service,
        folder=served.folder,
        bundle=served.bundle,
        version=served.version,
        home=space.home,
        port=free_port(),
        on_trial=True,
    )
    opened = open_bundle(served.folder, expect=served.bundle)
    blessing = bless_service(LocalService(process, space.logs), opened, model.gate.serving)
    return Blessed(blessing, write_blessing(space.blessings, blessing))


def verdict_of(done: list[Blessed]) -> Verdict:
    """The worst verdict of all checks."""
    return overall(tuple(check for each in done for check in each.blessing.checks))


def show_blessings(out: Output, done: list[Blessed]) -> None:
    """A table of each for people; all of it as one JSON document for scripts."""
    for blessed in done:
        blessing = blessed.blessing
        rows = [row_of(check) for check in blessing.checks]
        out.rows(f"{blessing.kind.capitalize()} of {blessing.bundle[:16]}", HEADER, rows)
    out.result(_facts(out, done))


def _facts(out: Output, done: list[Blessed]) -> dict[str, Any]:
    facts: dict[str, Any] = {"verdict": verdict_of(done), "bundle": done[0].blessing.bundle}
    for blessed in done:
        told: dict[str, Any] = {"verdict": blessed.blessing.verdict, "path": str(blessed.path)}
        if out.as_json:
            told |= blessed.blessing.model_dump(mode="json")
        facts[blessed.blessing.kind] = told
    return facts
