"""Which models are live, since when they have learned nothing, and whether they can be asked."""

from __future__ import annotations

from mooring.observability.panel import Column, Panel, Step
from mooring.observability.queries.scope import EVERY, Scope, summed
from mooring.observability.query import Query
from mooring.telemetry.models import MODEL_INFO, MODEL_READY
from mooring.telemetry.requests import PREDICTIONS
from mooring.telemetry.service import MODEL_TRAINED, SERVICE_BUNDLE_LOAD_SECONDS

_VERSION = ("model", "version")
_IDENTITY = (*_VERSION, "bundle", "contract")


def live() -> Panel:
    """A table of what is served."""
    info = EVERY.most(MODEL_INFO, *_IDENTITY)
    return Panel(
        "Live versions",
        "table",
        (
            Query(info, instant=True, shape="table"),
            Query(_beside(EVERY.age(MODEL_TRAINED, *_VERSION), info), instant=True, shape="table"),
            Query(_beside(EVERY.rate(PREDICTIONS, *_VERSION), info), instant=True, shape="table"),
        ),
        "none",
        "Every version that is served now: its bundle and contract (the first 12 characters of "
        "their digests), how long ago the newest row is that it has learned from, and how many "
        "rows it answers in a second. A model's name leads to Mooring / Serving.",
        "One champion for each model, and at most one challenger.",
        "`mooring history <model>` tells how a version came to be served, `mooring rollback "
        "<model>` takes it back.",
        columns=(
            Column("model", "Model", opens="mooring-serving"),
            Column("version", "Version"),
            Column("bundle", "Bundle"),
            Column("contract", "Contract"),
            Column("Value #B", "Learned until", unit="s"),
            Column("Value #C", "Rows/s", unit="cps"),
        ),
        width=14,
    )


def ready(scope: Scope, width: int = 12) -> Panel:
    """Whether each model can be asked."""
    return Panel(
        "Models that can be asked",
        "state-timeline",
        (Query(scope.least(MODEL_READY, "model"), "{{model}}"),),
        "none",
        "Whether the model's service is ready and serves what the routing document names, as the "
        "gateway that sees it worst does.",
        "Ready, all the time.",
        "Ask the service's `/readyz`; its log says which file of the bundle, which signature or "
        "which golden sample it refuses.",
        states=((0.0, "not ready", "red"), (1.0, "ready", "green")),
        steps=(Step("red"), Step("green", 1.0)),
        width=width,
    )


def age(scope: Scope, width: int = 12) -> Panel:
    """How old the newest row is that a model has learned from."""
    return Panel(
        "Age of what was learned last",
        "timeseries",
        (Query(scope.age(MODEL_TRAINED, *_VERSION), "{{model}} {{version}}"),),
        "s",
        "Time since the end of the day up to which the served bundle has learned from rows, by "
        "event time.",
        "A saw tooth: it falls when a retrained version is promoted.",
        "Age alone is no reason to retrain. Look at *Drift evidence and its alarm* and at the "
        "realised quality first.",
        least=0.0,
        width=width,
    )


def bundle_load(scope: Scope) -> Panel:
    """How long services took to start."""
    return Panel(
        "Time to load the bundle",
        "bargauge",
        (
            Query(
                scope.most(SERVICE_BUNDLE_LOAD_SECONDS, *_VERSION),
                "{{model}} {{version}}",
                instant=True,
            ),
        ),
        "s",
        "From opening the bundle to the last golden sample that agreed, at the newest start of "
        "the slowest worker.",
        "A few seconds, the same for each version of a model.",
        "Slow at every start: the store or the CPU is. Only one version: its bundle has grown, "
        "see `mooring bundle diff`.",
        least=0.0,
        width=8,
    )


def _beside(value: str, info: str) -> str:
    """`value` with the labels of `info`, so that a table can put both into one line."""
    return f"{info} * on (model, version) group_left () {summed(value, *_VERSION)}"
