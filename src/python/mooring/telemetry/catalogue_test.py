from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from mooring.telemetry import binding, catalogue, models
from mooring.telemetry.catalogue import CATALOGUE, metrics_of
from mooring.telemetry.metric import Metric

# Labels that would make a series per request or per person.
FORBIDDEN = {
    "id",
    "request_id",
    "prediction_id",
    "user",
    "path",
    "url",
    "value",
    "error",
    "message",
}


def test_the_catalogue_holds_every_metric_that_is_declared_once() -> None:
    modules = [value for value in vars(catalogue).values() if isinstance(value, ModuleType)]
    declared = [v for module in modules for v in vars(module).values() if isinstance(v, Metric)]
    assert sorted(m.name for m in declared) == sorted({m.name for m in CATALOGUE})


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_a_metric_has_one_line_of_help_an_owner_and_no_unbounded_label(metric: Metric) -> None:
    assert metric.help.endswith(".")
    assert "\n" not in metric.help
    assert metric.owners
    assert not FORBIDDEN & set(metric.label_names)


def test_each_process_exports_its_own_part() -> None:
    gateway, service, monitor = (
        set(metrics_of(process)) for process in ("gateway", "service", "monitor")
    )
    assert gateway | service | monitor == {m for m in CATALOGUE if not m.planned}
    assert gateway & service == {models.MODEL_INFO}
    assert not monitor & (gateway | service)


def test_importing_the_catalogue_and_the_binding_leaves_prometheus_client_alone() -> None:
    modules = f"import sys, {catalogue.__name__}, {binding.__name__}"
    program = f"sys.path[:] = {sys.path!r}; {modules}; print('prometheus_client' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys; {program}"], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "False\n"
