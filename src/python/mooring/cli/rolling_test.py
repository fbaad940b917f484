from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.cli.app import app
from mooring.delivery.controller.publish import read_published, sole_writer
from mooring.delivery.controller.testing.releases import release, target, write
from mooring.gateway.testing.upstream import upstream

MODEL = "flight_delay"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    write(tmp_path / "models" / MODEL / "release.json", release(3, model=MODEL))
    return tmp_path


def rollout(checkout: Path, *arguments: str) -> Result:
    options = ("--workspace", str(checkout), "--home", str(checkout / "home"))
    return CliRunner().invoke(app, [*options, "rollout", *arguments])


def test_one_look_routes_to_the_champion_and_the_status_says_so(tmp_path: Path) -> None:
    with upstream() as service:
        # Its version is its port.
        wish = release(service.port, model=MODEL)
        write(tmp_path / "models" / MODEL / "release.json", wish)
        done = rollout(tmp_path, "run", "--once", "--address", "http://127.0.0.1:{version}")
        assert done.exit_code == 0, done.output
        assert "the champion is routed" in done.stderr
        routing = read_published(tmp_path / "home" / "routing.json")
        assert routing is not None
        assert routing.models[MODEL].champion == target(service.port, service.port)
    told = {
        each["model"]: each for each in json.loads(rollout(tmp_path, "status", "--json").stdout)
    }
    assert (told[MODEL]["champion"], told[MODEL]["phase"]) == (service.port, "steady")
    assert not told[MODEL]["differs"]


def test_a_second_controller_is_told_of_the_first(checkout: Path) -> None:
    with sole_writer(checkout / "home" / "routing.json"):
        done = rollout(checkout, "run", "--once", "--address", "http://v{version}")
    assert done.exit_code == 1
    assert "it has a writer already" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--address", "http://all"], "two versions", id="one address for all"),
        pytest.param(["--settings", "nowhere.toml"], "No such file", id="settings of nobody"),
        pytest.param(
            ["--gateway", "gateway:9464", "--address", "http://v{version}"], "gateways", id="no URL"
        ),
    ],
)
def test_what_cannot_be_is_refused(checkout: Path, arguments: list[str], said: str) -> None:
    done = rollout(checkout, "run", "--once", *arguments)
    assert done.exit_code == 1
    assert said in done.stderr
