from __future__ import annotations

from collections.abc import Iterator

import pytest

from mooring.observability.pictures.answers import answers
from mooring.observability.programs import PROMETHEUS
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.prometheus.server import started
from mooring.observability.testing.programs import path_or_skip
from mooring.observability.trial.clock import Window

HOUR = Window(start=1_000_000.0, end=1_003_600.0, step=60.0)
DASHBOARD = {
    "panels": [
        {"id": 1, "type": "row", "title": "a heading asks nothing"},
        {
            "id": 7,
            "type": "stat",
            "targets": [
                {"refId": "A", "expr": "vector(1) / 0 * 0", "instant": True},
                {"refId": "B", "expr": 'label_replace(vector(2), "model", "$model", "", "")'},
            ],
        },
    ]
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusClient]:
    path_or_skip(PROMETHEUS)
    folder = tmp_path_factory.mktemp("prometheus")
    with started(folder, "global: {scrape_interval: 15s}\n", folder / "data") as client:
        yield client


def test_answers_stand_by_panel_and_letter_with_variables_put_in(client: PrometheusClient) -> None:
    found = answers(client, DASHBOARD, HOUR, {"model": "loan"})
    (series,) = found["7"]["B"]
    assert series["labels"] == {"model": "loan"}
    assert (series["points"][0], len(series["points"])) == ([HOUR.start, 2.0], 61)
    assert set(found) == {"7"}


def test_what_is_no_number_is_a_gap(client: PrometheusClient) -> None:
    found = answers(client, DASHBOARD, HOUR, {"model": "loan"})
    assert found["7"]["A"] == [{"labels": {}, "points": [[HOUR.end, None]]}]
