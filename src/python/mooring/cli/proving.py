"""The verb `bless`: evidence that a bundle is good, and that it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, get_args

from mooring.blessing.evidence import Verdict, write_blessing
from mooring.blessing.gate import BlessingKind
from mooring.blessing.subject import LocalService
from mooring.blessing.trial import bless_service
from mooring.bundle.open import open_bundle
from mooring.cli.console import Output
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
_SHOWN = ["check", "rows", "metric", "value", "demand", "verdict"]


def bless(
    model: Model,
    space: Workspace,
    bundle: str | None = None,
    only: BlessingKind | None = None,
    step: Step = lambda text: nullcontext(),
) -> list[Blessed]:
    """Both blessings of a bundle, evaluation first, or `only` one. Raises what either raises."""
    work = {"evaluation": bless_model, "serving": bless_process}
    kinds = [only] if only else list(get_args(BlessingKind))
    done = []
    for kind in kinds:
        with step(_STEPS[kind]):
            done.append(work[kind](model, space, bundle))
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
    )
    opened = open_bundle(served.folder, expect=served.bundle)
    blessing = bless_service(LocalService(process, space.logs), opened, model.gate.serving)
    return Blessed(blessing, write_blessing(space.blessings, blessing))


def verdict_of(done: list[Blessed]) -> Verdict:
    """The worst verdict."""
    verdicts = {blessed.blessing.verdict for blessed in done}
    worst: tuple[Verdict, ...] = ("refused", "inconclusive")
    return next((verdict for verdict in worst if verdict in verdicts), "blessed")


def show_blessings(out: Output, done: list[Blessed]) -> None:
    """A table of each for people; all of it as one JSON document for scripts."""
    for blessed in done:
        blessing = blessed.blessing
        rows = [
            [c.name, str(c.rows), c.metric, _found(c.value, c.found), c.demand, c.verdict]
            for c in blessing.checks
        ]
        out.rows(f"{blessing.kind.capitalize()} of {blessing.bundle[:16]}", _SHOWN, rows)
    out.result(_facts(out, done))


def _found(value: float | None, found: str) -> str:
    """The number, with its words where there are any."""
    return found if value is None or found == f"{value}" else f"{value:g}: {found}"


def _facts(out: Output, done: list[Blessed]) -> dict[str, Any]:
    facts: dict[str, Any] = {"verdict": verdict_of(done), "bundle": done[0].blessing.bundle}
    for blessed in done:
        told: dict[str, Any] = {"verdict": blessed.blessing.verdict, "path": str(blessed.path)}
        if out.as_json:
            told["checks"] = [check.model_dump(mode="json") for check in blessed.blessing.checks]
            told["seconds"] = blessed.blessing.seconds
            told["machine"] = blessed.blessing.machine
        facts[blessed.blessing.kind] = told
    return facts
