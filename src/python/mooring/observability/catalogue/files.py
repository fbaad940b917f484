"""`docs/metrics.md`: the catalogue of metrics as a page."""

from __future__ import annotations

from collections.abc import Iterable

from mooring.observability.documents import WRITTEN_BY
from mooring.telemetry.budget import BUDGET, LARGEST, Size, most_series, series_of
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Label, Metric, Process
from mooring.telemetry.standard import STANDARD, External, Origin

PATH = "docs/metrics.md"

_INTRODUCTION = f"""<!-- {WRITTEN_BY} -->
# Metrics

Everything that is exported, as `mooring.telemetry` declares it. Nothing else is counted: each \
process is scraped in a test and compared with these tables, both ways. Boards, rules and alerts \
are built from the same declarations.

Names follow Prometheus' conventions: base units, `_total` for counters, ratios from 0 to 1. A \
label's values are listed, or come from a document that bounds them; none carries an id of a \
request, a path as it was sent, a value or an error's text. A metric that is *planned* has its \
panels and rules already and is exported by no process yet.
"""

_PROCESSES: dict[Process, str] = {
    "gateway": "The gateway, on a port of its own ([operation](gateway/operation.md)). Its "
    "latency carries the ids of sampled traces as exemplars, for whoever asks for OpenMetrics.",
    "service": "A model's service, on its only port; of several workers "
    "[all are told as one](serving.md#several-workers).",
    "monitor": "The monitor of drift, quality and retraining.",
}

_ORIGINS: dict[Origin, str] = {
    "process": "each process of ours",
    "scrape": "Prometheus, of each scrape",
    "rule": "Prometheus, of each alert",
    "prometheus": "Prometheus, of itself",
    "alertmanager": "Alertmanager, of itself",
}

_HEAD = "| Metric | Type | Labels | Meaning | Series |\n|---|---|---|---|---:|"
_EXTERNAL_HEAD = "| Metric | Type | Labels | Meaning | Told by |\n|---|---|---|---|---|"

# In words: of a size, one of it, and several.
_WORDS = {
    "models": ("model", "models"),
    "versions": ("live version of each", "live versions of each"),
    "features": ("feature", "features"),
    "bins": ("bin of each", "bins of each"),
    "replicas": ("replica of each version", "replicas of each version"),
    "keys": ("API key", "API keys"),
}


def files() -> dict[str, str]:
    """The page by its path from the root of the repository."""
    sections = [_INTRODUCTION, *map(_process, _PROCESSES), _others()]
    return {PATH: "\n".join(sections)}


def _process(process: Process) -> str:
    metrics = [metric for metric in CATALOGUE if process in metric.owners]
    size, most = LARGEST[process], most_series(process, LARGEST[process])
    rows = (_row(metric, size) for metric in sorted(metrics, key=_name))
    budget = (
        f"Budget: {BUDGET[process]:,} series. With {_size(metrics, size)} it would export at most "
        f"{most:,}, `process_*` and `python_*` included; the last column is of that size."
    )
    about = _PROCESSES[process]
    return f"## {process.capitalize()}\n{about}\n\n{budget}\n\n{_table(_HEAD, rows)}"


def _size(metrics: Iterable[Metric], size: Size) -> str:
    """The size in words, as far as a label of these metrics depends on it."""
    labels = {name for metric in metrics for name in metric.label_names}
    told = [
        f"{getattr(size, field):,} {several if getattr(size, field) > 1 else one}"
        for field, (one, several) in _WORDS.items()
        if field.removesuffix("s") in labels
    ]
    return f"{', '.join(told[:-1])} and {told[-1]}"


def _row(metric: Metric, size: Size) -> str:
    kind = f"{metric.kind}, {metric.unit.replace('_', ' ')}" if metric.unit else metric.kind
    text = f"*Planned.* {metric.help}" if metric.planned else metric.help
    if metric.buckets:
        text += f" Buckets: {', '.join(f'{bucket:g}' for bucket in metric.buckets)}."
    labels = "<br>".join(_label(label) for label in metric.labels)
    return f"| `{metric.name}` | {kind} | {labels} | {text} | {series_of(metric, size):,} |"


def _label(label: Label) -> str:
    return f"`{label.name}`: {', '.join(label.values) or label.bound}"


def _others() -> str:
    about = "What prometheus-client, Prometheus 2.42 and Alertmanager 0.25 tell besides, as far as \
boards and rules may ask for it."
    rows = (_external(metric) for metric in sorted(STANDARD, key=_name))
    return f"## Metrics of others\n{about}\n\n{_table(_EXTERNAL_HEAD, rows)}"


def _external(metric: External) -> str:
    labels = ", ".join(f"`{name}`" for name in metric.label_names)
    told = _ORIGINS[metric.origin]
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} | {told} |"


def _name(metric: Metric | External) -> str:
    return metric.name


def _table(head: str, rows: Iterable[str]) -> str:
    return "\n".join([head, *rows]) + "\n"
