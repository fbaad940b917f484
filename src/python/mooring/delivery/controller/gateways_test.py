from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from mooring.delivery.controller.gateways import Scraped, observed_in
from mooring.delivery.controller.ports import Counts
from mooring.process.ports import free_port
from mooring.telemetry.binding import bind
from mooring.telemetry.catalogue import metrics_of
from mooring.telemetry.traffic import (
    CANARY_ABORTED,
    CANARY_HITS,
    CANARY_REQUESTS,
    ROUTING_VERSION,
)


def exposed() -> str:
    """What a gateway with two rollouts shows, by the code that shows it."""
    registry = CollectorRegistry()
    gateway = bind(metrics_of("gateway"), registry)
    gateway.set(ROUTING_VERSION, 12.0)
    for model, aborted in (("flight_delay", 0.0), ("flight_time", 1.0)):
        gateway.set(CANARY_ABORTED, aborted, model=model)
    for version, requests, errors in (("1", 900, 4), ("2", 100, 7)):
        labels = {"model": "flight_delay", "version": version}
        gateway.add(CANARY_REQUESTS, requests, **labels)
        gateway.add(CANARY_HITS, errors, **labels, rule="errors")
    return generate_latest(registry).decode()


def test_what_a_gateway_shows_is_read() -> None:
    observed = observed_in(exposed())
    assert observed.version == 12
    assert observed.aborted == {"flight_time"}
    assert observed.of("flight_delay", 1).requests == 900
    assert observed.of("flight_delay", 2).hits["errors"] == 7


def test_a_version_that_was_never_asked_has_nothing() -> None:
    assert observed_in(exposed()).of("flight_time", 1) == Counts(0, {})


@pytest.mark.parametrize(
    "exposition",
    [
        pytest.param("", id="nothing"),
        pytest.param("up 1\n", id="another program"),
        pytest.param("<html>", id="a page"),
    ],
)
def test_what_no_gateway_shows_is_refused(exposition: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        observed_in(exposition)


def test_a_gateway_that_is_not_there_is_silent() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert Scraped([url, url]).look() == {url: None}
