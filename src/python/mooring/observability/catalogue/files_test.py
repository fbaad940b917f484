from __future__ import annotations

import pytest

from mooring.observability.catalogue.files import PATH, files
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Metric
from mooring.telemetry.standard import STANDARD


def row(name: str) -> str:
    """Its row, or its rows where several processes export it."""
    rows = [x for x in files()[PATH].splitlines() if x.startswith(f"| `{name}` |")]
    assert rows
    return "\n".join(rows)


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_a_row_says_all_that_is_declared(metric: Metric) -> None:
    told = row(metric.name)
    assert metric.help in told
    assert ("*Planned.*" in told) == metric.planned
    for label in metric.labels:
        assert f"`{label.name}`: {', '.join(label.values) or label.bound}" in told
    for bucket in metric.buckets:
        assert f"{bucket:g}" in told


def test_metrics_of_others_are_there() -> None:
    for metric in STANDARD:
        assert metric.help in row(metric.name)


def test_no_cell_breaks_its_table() -> None:
    rows = [line for line in files()[PATH].splitlines() if line.startswith("| `")]
    assert {line.count("|") for line in rows} == {6}
