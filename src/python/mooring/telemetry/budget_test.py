from __future__ import annotations

from dataclasses import replace

import pytest

from mooring.telemetry.budget import BUDGET, LARGEST, Size, most_series, series_of
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Label, Metric, Process

MODEL = Label("model", bound="the routing document")
KIND = Label("kind", ("hot", "cold"))


@pytest.mark.parametrize("process", BUDGET)
def test_the_largest_installation_that_is_planned_for_is_within_its_budget(
    process: Process,
) -> None:
    assert most_series(process, LARGEST[process]) <= BUDGET[process]


@pytest.mark.parametrize("process", BUDGET)
def test_a_budget_has_no_room_for_a_size_twice_as_large(process: Process) -> None:
    larger = replace(LARGEST[process], features=2 * LARGEST[process].features)
    assert most_series(process, larger) > BUDGET[process]


@pytest.mark.parametrize(
    ("metric", "series"),
    [
        pytest.param(
            Metric("mooring_a", "gauge", "A.", ("gateway",)), 1, id="a gauge without labels"
        ),
        pytest.param(
            Metric("mooring_b_total", "counter", "B.", ("gateway",), (MODEL, KIND)), 6,
            id="a counter by three models and two kinds",
        ),
        pytest.param(
            Metric("mooring_c", "histogram", "C.", ("gateway",), (KIND,), "", (1.0, 2.0)), 10,
            id="a histogram of two buckets, the open one, a sum and a count by two kinds",
        ),
    ],
)  # fmt: skip
def test_series_are_a_product_of_labels(metric: Metric, series: int) -> None:
    assert series_of(metric, Size(models=3)) == series


def test_every_label_of_the_catalogue_has_a_size() -> None:
    for metric in CATALOGUE:
        assert series_of(metric, Size(keys=1)) >= 1, metric.name
