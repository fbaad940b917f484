from __future__ import annotations

import pytest

from mooring.observability.lint.carried import carried
from mooring.observability.lint.promql import parsed
from mooring.observability.lint.vocabulary import Series

SERIES = {
    name: Series(name, name, frozenset(labels.split()))
    for name, labels in {"a": "job model version", "b": "job model le", "one": ""}.items()
}


@pytest.mark.parametrize(
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
        ('absent(a{model="x", version=~"1"})', "model", "model"),
        ("vector(1)", "", ""),
        ("time() - a", "job model version", ""),
        ("a > 1", "job model version", ""),
        ("a / on (model) sum by (model) (b)", "model", ""),
        ("a / ignoring (version) sum without (le) (b)", "job model", ""),
        ("a * on (model) group_left b", "job model version", ""),
        ("b * on (model) group_left (version) a", "job le model version", ""),
        ("b * on (job) group_right (le) a", "job le model version", ""),
        ("a and on (model) b", "job model version", ""),
        ("a unless on () one", "job model version", ""),
        ("sum by (model) (a) or sum by (job) (b)", "job model", ""),
        ('a / on (model, version) a{version="1"}', "model version", "version"),
    ],
)
def test_labels_follow_the_expression(expr: str, labels: str, fixed: str) -> None:
    found = carried(parsed(expr), SERIES)
    assert found is not None
    assert found.known
    assert (sorted(found.labels), sorted(found.fixed)) == (labels.split(), fixed.split())


@pytest.mark.parametrize("expr", ["1", "time()", "scalar(a)", "1 + 2", "pi()"])
def test_a_scalar_carries_nothing(expr: str) -> None:
    assert carried(parsed(expr), SERIES) is None


@pytest.mark.parametrize("expr", ["unknown", "sum by (model) (unknown)", "a * unknown"])
def test_what_an_unknown_metric_carries_is_not_known(expr: str) -> None:
    found = carried(parsed(expr), SERIES)
    assert found is not None
    assert not found.known
