from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics

from mooring.telemetry.binding import AtScrape, Instruments, Sample, bind
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Label, Metric

KIND = Label("kind", ("hot", "cold"))
MODEL = Label("model", bound="the routing document")
COUNTED = Metric("mooring_counted_total", "counter", "Counted.", ("gateway",), (KIND,))
NAMED = Metric("mooring_named", "gauge", "Named.", ("gateway",), (MODEL, KIND))
TIMED = Metric("mooring_timed_seconds", "histogram", "Timed.", ("gateway",), (), "seconds", (1.0,))


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def instruments(registry: CollectorRegistry) -> Instruments:
    return bind((COUNTED, NAMED, TIMED), registry)


def test_the_whole_catalogue_binds_and_is_exposed() -> None:
    registry = CollectorRegistry()
    bind(CATALOGUE, registry)
    exposed = generate_latest(registry).decode()
    assert all(
        f"# HELP {metric.name} {metric.help}" in exposed
        for metric in CATALOGUE
        if not metric.at_scrape
    )


def test_listed_label_values_start_at_zero(
    registry: CollectorRegistry, instruments: Instruments
) -> None:
    assert registry.get_sample_value("mooring_counted_total", {"kind": "cold"}) == 0.0


def test_each_kind_of_metric_records(registry: CollectorRegistry, instruments: Instruments) -> None:
    instruments.add(COUNTED, kind="hot")
    instruments.add(COUNTED, 2.0, kind="hot")
    instruments.set(NAMED, 7.0, model="m", kind="hot")
    instruments.observe(TIMED, 0.5)
    assert registry.get_sample_value("mooring_counted_total", {"kind": "hot"}) == 3.0
    assert registry.get_sample_value("mooring_named", {"model": "m", "kind": "hot"}) == 7.0
    assert registry.get_sample_value("mooring_timed_seconds_bucket", {"le": "1.0"}) == 1.0


def test_a_histogram_that_somebody_else_counted_is_shown_as_one(
    registry: CollectorRegistry,
) -> None:
    counted = Sample(TIMED, {}, 7.5, (3, 2))
    registry.register(AtScrape([TIMED], lambda: [counted]))
    value = registry.get_sample_value
    assert value("mooring_timed_seconds_bucket", {"le": "1.0"}) == 3.0
    assert value("mooring_timed_seconds_bucket", {"le": "+Inf"}) == 5.0
    assert value("mooring_timed_seconds_count") == 5.0
    assert value("mooring_timed_seconds_sum") == 7.5


def test_only_a_trace_that_is_kept_becomes_an_exemplar(
    registry: CollectorRegistry, instruments: Instruments
) -> None:
    instruments.observe(TIMED, 0.5, "4bf92f3577b34da6a3ce929d0e0e4736")
    instruments.observe(TIMED, 2.0)
    exposed = openmetrics.generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    lines = [line for line in exposed.splitlines() if "_bucket{" in line]
    assert '# {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.5' in lines[0]
    assert "#" not in lines[1]


def test_no_label_is_called_as_the_parameter_that_takes_a_trace() -> None:
    assert not [metric.name for metric in CATALOGUE if "trace" in metric.label_names]


def test_the_order_in_which_labels_are_given_does_not_matter(
    registry: CollectorRegistry, instruments: Instruments
) -> None:
    instruments.set(NAMED, 1.0, model="hot", kind="cold")
    instruments.set(NAMED, 2.0, kind="cold", model="hot")
    assert registry.get_sample_value("mooring_named", {"model": "hot", "kind": "cold"}) == 2.0


def test_a_forgotten_series_is_gone_and_can_come_back(
    registry: CollectorRegistry, instruments: Instruments
) -> None:
    labels = {"model": "m", "kind": "hot"}
    instruments.set(NAMED, 1.0, **labels)
    instruments.forget(NAMED, **labels)
    instruments.forget(NAMED, **labels)
    assert registry.get_sample_value("mooring_named", labels) is None
    instruments.set(NAMED, 2.0, **labels)
    assert registry.get_sample_value("mooring_named", labels) == 2.0


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param({"kind": "warm"}, id="a value that is not listed"),
        pytest.param({}, id="a label left out"),
        pytest.param({"kind": "hot", "path": "/x"}, id="a label too many"),
    ],
)
def test_what_the_catalogue_does_not_allow_is_refused(
    instruments: Instruments, labels: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="mooring_counted_total"):
        instruments.add(COUNTED, 1.0, **labels)
