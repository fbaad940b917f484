from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.bundle.release import Release, Released, read_release, write_release
from mooring.cli.app import app
from mooring.gateway.traffic.document import read_routing

BUNDLE = "b" * 64


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which one of the two models has a champion."""
    champion = Released.model_validate(
        {
            "version": 3, "bundle": BUNDLE, "location": "bundles/b", "bytes": 1, "runtime": "onnx",
            "blessings": {}, "promoted_at": "2024-01-01T00:00:00Z", "promoted_by": "a",
            "reason": "r",
        }
    )  # fmt: skip
    for name, released in (("flight_delay", champion), ("flight_time", None)):
        path = tmp_path / "models" / name / "release.json"
        path.parent.mkdir(parents=True)
        release = Release(model=name, last_version=3, champion=released)
        write_release(read_release(path, model=name), release)
    return tmp_path


def gateway(checkout: Path, *arguments: str, **environ: str) -> Result:
    options = ("--workspace", str(checkout), "--home", str(checkout / "home"))
    return CliRunner().invoke(app, [*options, "gateway", *arguments], env=environ)


def test_render_writes_what_a_gateway_obeys_and_the_check_finds_it_in_order(
    checkout: Path,
) -> None:
    assert gateway(checkout, "render", "--service-port", "4000").exit_code == 0
    champion = read_routing(checkout / "home/routing.json").models["flight_delay"].champion
    assert (champion.urls, champion.version) == (("http://127.0.0.1:4000",), 3)
    assert champion.bundle == BUNDLE
    checked = gateway(checkout, "check-config")
    assert checked.exit_code == 0
    assert "In order." in checked.stdout


def test_a_document_grows_older_only_when_it_says_something_else(checkout: Path) -> None:
    versions = []
    for port in ("4000", "4000", "5000"):
        assert gateway(checkout, "render", "--service-port", port).exit_code == 0
        versions.append(read_routing(checkout / "home/routing.json").version)
    assert versions == [1, 1, 2]


@pytest.mark.parametrize("damaged", ["{", "[]", '{"version": "x"}', '{"version": -1}'])
def test_render_is_the_cure_for_a_document_that_is_damaged(checkout: Path, damaged: str) -> None:
    path = checkout / "home/routing.json"
    path.parent.mkdir()
    path.write_text(damaged)
    assert gateway(checkout, "check-config").exit_code == 78
    assert gateway(checkout, "render").exit_code == 0
    assert gateway(checkout, "check-config").exit_code == 0


def test_a_model_without_a_champion_is_refused_with_its_cure(checkout: Path) -> None:
    result = gateway(checkout, "render", "flight_time")
    assert result.exit_code == 1
    assert "mooring promote flight_time" in result.stderr


def test_every_mistake_is_named_and_the_status_is_78(checkout: Path) -> None:
    environ = {"MOORING_GATEWAY_PORT": "canary-1", "MOORING_DRAIN_SECONDS": "canary-2"}
    result = gateway(checkout, "check-config", "--json", **environ)
    assert result.exit_code == 78
    document = json.loads(result.stdout)
    assert not document["sound"]
    assert [fault["place"] for fault in document["faults"]] == list(environ)
    assert "canary" not in result.output
