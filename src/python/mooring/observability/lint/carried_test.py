from __future__ import annotations

from collections.abc import Iterator

import pytest

from mooring.observability.lint.carried import carried
from mooring.observability.lint.promql import parsed
from mooring.observability.lint.vocabulary import Series
from mooring.observability.programs import PROMETHEUS, PROMTOOL
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.prometheus.server import started
from mooring.observability.testing.programs import path_or_skip
from mooring.observability.trial.clock import Span
from mooring.observability.trial.database import CONFIG, RETENTION, backfill
from mooring.observability.trial.families import Trace

SERIES = {
    name: Series(name, name, frozenset(labels.split()))
    for name, labels in {"a": "job model version", "b": "job model le", "one": ""}.items()
}


TABLE = pytest.mark.parametrize(
    ("expr", "labels", "fixed"),
    [
        ("a", "job model version", ""),
        ('a{model="x", version=~"1|2"}', "job model version", "model"),
        ('rate(a{model="x"}[5m:1m])', "job model version", "model"),
        ("-(a)", "job model version", ""),
        ("sum(a)", "", ""),
        ("sum by (model) (a)", "model", ""),
        ('sum without (job) (a{model="x"})', "model version", "model"),
        ("topk by (model) (3, a)", "job model version", ""),
        ('count_values("value", sum by (job) (a))', "value", ""),
        ("histogram_quantile(0.9, b)", "job model", ""),
        ('label_replace(a, "kind", "$1", "job", "(.*)")', "job kind model version", ""),
        ('label_join(a, "kind", "-", "job", "model")', "job kind model version", ""),
        ('absent(a{model="z", version=~"1"})', "model", "model"),
        ("vector(1)", "", ""),
        ("time() - a", "job model version", ""),
        ("a > 0", "job model version", ""),
        ("a / on (model) sum by (model) (b)", "model", ""),
        ("a / ignoring (version) sum without (le) (b)", "job model", ""),
        ("a * on (model) group_left b", "job model version", ""),
        ("b * on (model) group_left (version) a", "job le model version", ""),
        ("b * on (job) group_right (le) a", "job le model version", ""),
        ("a and on (model) b", "job model version", ""),
        ("a unless on () (one > 5)", "job model version", ""),
        ("sum by (model) (a) or sum by (job) (b)", "job model", ""),
        ('a / on (model, version) a{version="1"}', "model version", "version"),
    ],
)


@TABLE
def test_labels_follow_the_expression(expr: str, labels: str, fixed: str) -> None:
    found = carried(parsed(expr), SERIES)
    assert found is not None
    assert found.known
    assert (sorted(found.labels), sorted(found.fixed)) == (labels.split(), fixed.split())


# The same table, asked of Prometheus itself: its answers carry what was worked out.

SPAN = Span(end=1_700_006_400.0)
THERE = [
    ("a", {"job": "j", "model": "x", "version": "1"}),
    ("b", {"job": "j", "model": "x", "le": "+Inf"}),
    ("one", {}),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusClient]:
    path_or_skip(PROMETHEUS)
    path_or_skip(PROMTOOL)
    folder = tmp_path_factory.mktemp("carried")
    values = tuple(1.0 for _ in SPAN.moments())
    traces = [(SPAN, Trace(name, labels, values)) for name, labels in THERE]
    backfill(folder, folder / "data", traces)
    with started(folder, CONFIG, folder / "data", retention=RETENTION) as running:
        yield running


@TABLE
def test_prometheus_agrees(expr: str, labels: str, fixed: str, client: PrometheusClient) -> None:
    answered = client.query(expr, SPAN.end)
    found = {label for series in answered for label in series.labels} - {"__name__"}
    assert answered
    assert sorted(found) == labels.split()


@pytest.mark.parametrize("expr", ["1", "time()", "scalar(a)", "1 + 2", "pi()"])
def test_a_scalar_carries_nothing(expr: str) -> None:
    assert carried(parsed(expr), SERIES) is None


@pytest.mark.parametrize("expr", ["unknown", "sum by (model) (unknown)", "a * unknown"])
def test_what_an_unknown_metric_carries_is_not_known(expr: str) -> None:
    found = carried(parsed(expr), SERIES)
    assert found is not None
    assert not found.known
