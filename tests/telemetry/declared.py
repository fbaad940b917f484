"""How what a process shows differs from what the catalogue declares of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mooring.telemetry.catalogue import metrics_of
from mooring.telemetry.metric import Metric, Process
from mooring.telemetry.standard import PROCESS, PYTHON_GC, PYTHON_INFO, External
from tests.telemetry.exposed import Exposed

# Of several workers nobody tells of collections.
BESIDES: Mapping[Process, tuple[External, ...]] = {
    "gateway": (*PROCESS, PYTHON_INFO, *PYTHON_GC),
    "service": (*PROCESS, PYTHON_INFO),
    "monitor": (*PROCESS, PYTHON_INFO, *PYTHON_GC),
}


def differences(process: Process, exposed: Exposed) -> list[str]:
    """How what is shown differs from what is declared."""
    declared = {metric.name: metric for metric in metrics_of(process)}
    besides = {metric.name: metric for metric in BESIDES[process]}
    expected = {name: metric.kind for name, metric in (declared | besides).items()}
    names = sorted(expected.items() ^ exposed.kinds.items())
    return [f"{name}: {kind}, declared or shown only" for name, kind in names] + [
        f"{sample.name}: {problem}"
        for name, sample in exposed.samples
        if name in declared
        for problem in _mislabelled(declared[name], sample.labels)
    ]


def _mislabelled(metric: Metric, labels: dict[str, str]) -> Iterable[str]:
    own = {name: value for name, value in labels.items() if name != "le"}
    if tuple(sorted(own)) != tuple(sorted(metric.label_names)):
        yield f"labels {sorted(own)}"
    for label in metric.labels:
        if not label.admits(own.get(label.name, "")):
            yield f"{label.name}={own.get(label.name)}"
