"""What is said of others' metrics is compared with what they export."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from mooring.telemetry.binding import new_registry
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.standard import PROCESS, PYTHON_GC, PYTHON_INFO, STANDARD, External

Shape = tuple[str, str, tuple[str, ...]]


def test_the_collectors_of_prometheus_client_export_what_is_named_here() -> None:
    assert _exported(new_registry()) == {_shape(m) for m in (*PROCESS, PYTHON_INFO, *PYTHON_GC)}


def test_names_are_given_once_and_are_none_of_ours() -> None:
    names = [metric.name for metric in STANDARD]
    assert len(set(names)) == len(names)
    assert not set(names) & {metric.name for metric in CATALOGUE}


def test_counters_end_in_total_and_each_has_one_line_of_help() -> None:
    for metric in STANDARD:
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name
        assert metric.help.endswith("."), metric.name


def _exported(registry: CollectorRegistry) -> set[Shape]:
    return {
        (sample.name, family.type, tuple(sorted(sample.labels)))
        for family in registry.collect()
        for sample in family.samples
    }


def _shape(metric: External) -> Shape:
    return metric.name, metric.kind, tuple(sorted(metric.label_names))
