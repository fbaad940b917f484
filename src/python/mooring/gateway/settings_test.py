from __future__ import annotations

from pathlib import Path

import pytest

from mooring.gateway.errors import BadSetting
from mooring.gateway.settings import Settings


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = Settings.of({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.metrics_port) == ("127.0.0.1", 8080, 9464)
    assert (settings.drain_seconds, settings.routing) == (5.0, Path(".mooring/routing.json"))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({"MOORING_ROUTING": "/r.json"}, Settings(routing=Path("/r.json")), id="path"),
        pytest.param({"MOORING_HOME": "/h"}, Settings(routing=Path("/h/routing.json")), id="home"),
        pytest.param({"MOORING_GATEWAY_PORT": "0"}, Settings(port=0), id="any free port"),
        pytest.param({"MOORING_METRICS_PORT": "1"}, Settings(metrics_port=1), id="metrics port"),
        pytest.param({"MOORING_DRAIN_SECONDS": "0.5"}, Settings(drain_seconds=0.5), id="drain"),
        pytest.param({"MOORING_MAX_BODY_BYTES": "9"}, Settings(body_bytes=9), id="body"),
        pytest.param({"MOORING_GATEWAY_HOST": "localhost"}, Settings(host="localhost"), id="name"),
        pytest.param({"MOORING_GATEWAY_HOST": "::1"}, Settings(host="::1"), id="IPv6 loopback"),
        pytest.param({"MOORING_GATEWAY_PORT": ""}, Settings(), id="an empty variable is unset"),
    ],
)
def test_each_variable_sets_its_setting(environ: dict[str, str], expected: Settings) -> None:
    assert Settings.of(environ) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("MOORING_GATEWAY_PORT", "http", id="a word for a port"),
        pytest.param("MOORING_GATEWAY_PORT", "65536", id="a port too high"),
        pytest.param("MOORING_GATEWAY_PORT", "80.5", id="half a port"),
        pytest.param("MOORING_DRAIN_SECONDS", "-1", id="a negative drain"),
        pytest.param("MOORING_DRAIN_SECONDS", "nan", id="a drain that is no number"),
        pytest.param("MOORING_GATEWAY_HOST", "0.0.0.0", id="all addresses"),
        pytest.param("MOORING_GATEWAY_HOST", "192.0.2.1", id="a public address"),
        pytest.param("MOORING_GATEWAY_HOST", "example.org", id="a name that may resolve anywhere"),
    ],
)
def test_a_bad_setting_is_named_with_its_cure(name: str, text: str) -> None:
    with pytest.raises(BadSetting) as raised:
        Settings.of({name: text})
    assert raised.value.place == name
    assert raised.value.cure
