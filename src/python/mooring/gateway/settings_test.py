from __future__ import annotations

from pathlib import Path

import pytest

from mooring.gateway.settings import Settings
from mooring.process.errors import BadSetting, BadSettings

ISSUER = {
    "ISSUER": "https://issuer.example.org",
    "AUDIENCE": "mooring",
    "JWKS": "https://issuer.example.org/jwks.json",
}


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = Settings.of({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.metrics_port) == ("127.0.0.1", 8080, 9464)
    assert (settings.drain_seconds, settings.routing) == (5.0, Path(".mooring/routing.json"))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({"MOORING_ROUTING": "/r.json"}, Settings(routing=Path("/r.json")), id="path"),
        pytest.param({"MOORING_GATEWAY_PORT": "0"}, Settings(port=0), id="any free port"),
        pytest.param({"MOORING_METRICS_PORT": "1"}, Settings(metrics_port=1), id="metrics port"),
        pytest.param({"MOORING_DRAIN_SECONDS": "0.5"}, Settings(drain_seconds=0.5), id="drain"),
        pytest.param({"MOORING_MAX_BODY_BYTES": "9"}, Settings(body_bytes=9), id="body"),
        pytest.param({"MOORING_GATEWAY_HOST": "localhost"}, Settings(host="localhost"), id="name"),
        pytest.param({"MOORING_GATEWAY_HOST": "::1"}, Settings(host="::1"), id="IPv6 loopback"),
        pytest.param({"MOORING_METRICS_HOST": "::1"}, Settings(metrics_host="::1"), id="metrics"),
        pytest.param({"MOORING_GATEWAY_PORT": ""}, Settings(), id="an empty variable is unset"),
        pytest.param({"MOORING_GATEWAY_AUTH": ""}, Settings(), id="nothing said of authentication"),
        pytest.param(
            {"MOORING_GATEWAY_AUTH": "none"},
            Settings(authentication="none"),
            id="none opens no address",
        ),
    ],
)
def test_each_variable_sets_its_setting(environ: dict[str, str], expected: Settings) -> None:
    assert Settings.of(environ) == expected


def test_what_is_not_set_lies_in_the_home() -> None:
    settings = Settings.of({"MOORING_HOME": "/h", "MOORING_ROUTING": "/r.json"})
    assert settings.routing == Path("/r.json")
    assert settings.auth.keys_file == Path("/h/keys.json")


@pytest.mark.parametrize("ways", ["oidc", "keys,oidc"])
def test_tokens_need_an_issuer_an_audience_and_its_keys(ways: str) -> None:
    with pytest.raises(BadSettings) as raised:
        Settings.of({"MOORING_GATEWAY_AUTH": ways})
    assert [f.place for f in raised.value.faults] == [f"MOORING_OIDC_{n}" for n in ISSUER]
    told = {f"MOORING_OIDC_{name}": value for name, value in ISSUER.items()}
    assert Settings.of({"MOORING_GATEWAY_AUTH": ways} | told).authentication == ways


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
        pytest.param("MOORING_METRICS_HOST", "0.0.0.0", id="metrics on all addresses"),
        pytest.param("MOORING_METRICS_HOST", "::", id="metrics on all IPv6 addresses"),
        pytest.param("MOORING_GATEWAY_AUTH", "off", id="a word for none"),
        pytest.param("MOORING_OIDC_ISSUER", "http://example.org", id="an issuer without TLS"),
        pytest.param("MOORING_OIDC_JWKS", "file:///etc/keys", id="another scheme"),
        pytest.param("MOORING_OIDC_JWKS", "https://a@example.org/", id="a user in the URL"),
        pytest.param("MOORING_RATE", "inf", id="a rate without end"),
    ],
)
def test_a_bad_setting_is_named_with_its_cure(name: str, text: str) -> None:
    with pytest.raises(BadSetting) as raised:
        Settings.of({name: text})
    assert raised.value.place == name
    assert raised.value.cure


def test_with_keys_a_public_address_is_taken() -> None:
    environ = {"MOORING_GATEWAY_HOST": "0.0.0.0", "MOORING_GATEWAY_AUTH": "keys"}
    assert Settings.of(environ).host == "0.0.0.0"


PUBLIC = ("MOORING_GATEWAY_HOST", "MOORING_METRICS_HOST")


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_a_public_address_is_taken_where_whoever_reaches_it_may_ask(name: str, host: str) -> None:
    settings = Settings.of({name: host, "MOORING_GATEWAY_AUTH": "none"})
    assert sorted({settings.host, settings.metrics_host}) == sorted({host, "127.0.0.1"})


@pytest.mark.parametrize("name", PUBLIC)
def test_the_refusal_of_a_public_address_names_every_cure(name: str) -> None:
    with pytest.raises(BadSetting) as raised:
        Settings.of({name: "0.0.0.0"})
    assert "a proxy that authenticates" in raised.value.cure
    assert "MOORING_GATEWAY_AUTH=none" in raised.value.cure
    assert "MOORING_GATEWAY_AUTH=keys" in raised.value.cure


def test_a_name_is_no_address_even_where_anybody_may_ask() -> None:
    with pytest.raises(BadSetting, match="neither an IP address nor localhost"):
        Settings.of({"MOORING_GATEWAY_HOST": "example.org", "MOORING_GATEWAY_AUTH": "none"})
