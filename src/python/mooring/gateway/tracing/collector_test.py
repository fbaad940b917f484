from __future__ import annotations

import pytest

from mooring.gateway.settings import Settings
from mooring.gateway.tracing.collector import Collector
from mooring.process.errors import BadSetting

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
HEADERS = "OTEL_EXPORTER_OTLP_HEADERS"
WHERE = {ENDPOINT: "http://collector:4318"}


def read(environ: dict[str, str]) -> Collector:
    return Settings.of(environ).collector


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        pytest.param({}, "", id="no endpoint, no export"),
        pytest.param({ENDPOINT: ""}, "", id="an empty endpoint, no export"),
        pytest.param(WHERE | {"OTEL_SDK_DISABLED": "true"}, "", id="switched off"),
        pytest.param(WHERE, "http://collector:4318/v1/traces", id="the standard path"),
        pytest.param({ENDPOINT: "https://c/otlp/"}, "https://c/otlp/v1/traces", id="below a path"),
        pytest.param({ENDPOINT: "http://[::1]:4318"}, "http://[::1]:4318/v1/traces", id="IPv6"),
        pytest.param(
            WHERE | {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t/x"},
            "http://t/x",
            id="an endpoint of the traces, as it stands",
        ),
    ],
)
def test_the_endpoint_is_where_opentelemetry_says(environ: dict[str, str], url: str) -> None:
    assert read(environ).url == url


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("a=b", {"a": "b"}, id="one"),
        pytest.param(
            "Authorization=Bearer%20x, a = b=c ,",
            {"authorization": "Bearer x", "a": "b=c"},
            id="two, with spaces and a comma at the end",
        ),
        pytest.param("a=", {"a": ""}, id="without a value"),
    ],
)
def test_headers_are_told_as_they_were_meant(text: str, told: dict[str, str]) -> None:
    assert read(WHERE | {HEADERS: text}).told == told


def test_a_name_and_a_ratio_are_read() -> None:
    environ = WHERE | {"OTEL_SERVICE_NAME": "harbour", "OTEL_TRACES_SAMPLER_ARG": "0.25"}
    assert (read(environ).service, read(environ).ratio) == ("harbour", 0.25)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(ENDPOINT, "canary:4318", id="no scheme"),
        pytest.param(ENDPOINT, "grpc://canary:4317", id="another scheme"),
        pytest.param(ENDPOINT, "http://", id="no host"),
        pytest.param(ENDPOINT, "http://c:canary", id="a port that is no number"),
        pytest.param(ENDPOINT, "http://u:canary@c", id="a password"),
        pytest.param("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "canary", id="no URL for traces"),
        pytest.param("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", id="another protocol"),
        pytest.param(HEADERS, "canary", id="a header without a value"),
        pytest.param(HEADERS, "=canary", id="a header without a name"),
        pytest.param(HEADERS, "a=canary%0A", id="a line break in a header"),
        pytest.param(HEADERS, "a=canary\nb=c", id="a line break between headers"),
        pytest.param("OTEL_TRACES_SAMPLER_ARG", "canary", id="a ratio that is no number"),
        pytest.param("OTEL_TRACES_SAMPLER_ARG", "1.5", id="a ratio above 1"),
        pytest.param("OTEL_TRACES_SAMPLER_ARG", "nan", id="a ratio that is not a number"),
    ],
)
def test_a_mistake_names_the_variable_and_not_its_value(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as raised:
        read(WHERE | {name: value})
    assert raised.value.place == name
    assert "canary" not in str(raised.value)


def test_a_token_is_not_shown() -> None:
    assert "canary" not in repr(read(WHERE | {HEADERS: "authorization=canary"}))
