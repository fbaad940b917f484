from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mooring.observability.programs import PROMETHEUS
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.prometheus.errors import NotLocal, Refused, Unanswered
from mooring.observability.prometheus.server import command, started
from mooring.observability.testing.programs import path_or_skip
from mooring.process.errors import ProcessFailed
from mooring.process.ports import free_port, is_open

NOTHING_TO_SCRAPE = "global: {scrape_interval: 15s}\n"


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusClient]:
    path_or_skip(PROMETHEUS)
    folder = tmp_path_factory.mktemp("prometheus")
    with started(folder, NOTHING_TO_SCRAPE, folder / "data") as client:
        yield client


def test_it_listens_on_loopback_and_has_no_endpoint_that_stops_or_reloads_it() -> None:
    path_or_skip(PROMETHEUS)
    words = command(Path("prometheus.yml"), Path("data"), 9090)
    assert "--web.listen-address=127.0.0.1:9090" in words
    assert not [word for word in words if "lifecycle" in word or "admin" in word]


def test_one_value_of_an_instant(prometheus: PrometheusClient) -> None:
    assert prometheus.query("vector(6 * 7)", at=1000.0)[0].points == ((1000.0, 42.0),)


def test_a_scalar_is_a_series_without_labels(prometheus: PrometheusClient) -> None:
    (series,) = prometheus.query("time()", at=1000.0)
    assert (series.labels, series.last) == ({}, 1000.0)


def test_values_of_a_range(prometheus: PrometheusClient) -> None:
    (series,) = prometheus.query_range("time()", 1000.0, 1030.0, 15.0)
    assert [value for _, value in series.points] == [1000.0, 1015.0, 1030.0]


def test_labels_that_nobody_has_carry_no_values(prometheus: PrometheusClient) -> None:
    assert prometheus.label_values("model", 'nothing_at_all{model="a"}') == ()


def test_a_query_that_cannot_be_read_is_refused_and_named(prometheus: PrometheusClient) -> None:
    with pytest.raises(Refused) as refused:
        prometheus.query("sum by (")
    assert refused.value.status == 400
    assert refused.value.place == "sum by ("
    assert "parse error" in str(refused.value)


def test_nobody_there_is_not_ready_and_does_not_answer() -> None:
    client = PrometheusClient(f"http://127.0.0.1:{free_port()}")
    assert not client.ready()
    with pytest.raises(Unanswered, match="Is it running"):
        client.query("up")


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1:9090", "https://127.0.0.1:9090", "file:///etc/hosts", "127.0.0.1:9090"]
)
def test_no_other_machine_is_asked(url: str) -> None:
    with pytest.raises(NotLocal):
        PrometheusClient(url)


def test_it_ends_with_its_context(tmp_path: Path) -> None:
    path_or_skip(PROMETHEUS)
    with started(tmp_path, NOTHING_TO_SCRAPE, tmp_path / "data") as client:
        port = int(client.url.rsplit(":", 1)[1])
    assert not is_open(port)


def test_a_configuration_that_it_does_not_take_is_shown_with_its_last_words(tmp_path: Path) -> None:
    path_or_skip(PROMETHEUS)
    with (
        pytest.raises(ProcessFailed, match="not_a_key"),
        started(tmp_path, "not_a_key: 1\n", tmp_path / "data"),
    ):
        pass
