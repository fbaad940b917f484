"""`mooring demo --loop` as a person runs it: drift on real flights becomes a better champion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mooring.process.ports import free_port

_PORTS = ("gateway", "metrics", "service", "monitor", "prometheus", "alertmanager")
_SECONDS = 1_500


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def stages(home: Path) -> dict[str, Any]:
    ports = [text for name in _PORTS for text in (f"--{name}-port", str(free_port()))]
    command = [sys.executable, "-m", "mooring.cli", "--home", str(home), "demo", "--loop"]
    done = subprocess.run(
        [*command, "--json", *ports], capture_output=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return dict(json.loads(done.stdout)["stages"])


def taken(stages: dict[str, Any]) -> dict[str, Any]:
    """The last retrain: one before may have been refused."""
    return dict([found for name, found in stages.items() if name.startswith("retrain")][-1])


def test_an_alarm_on_flights_after_march_asks_for_a_retrain(stages: dict[str, Any]) -> None:
    assert stages["alarm"]["reason"] in ("score", "labels")
    assert stages["alarm"]["events until"] > "2013-04-14"
    assert stages["alarm"]["labels"] > 5_000


def test_the_retrain_learns_from_the_log_and_is_blessed(stages: dict[str, Any]) -> None:
    retrain, first = taken(stages), stages["promote"]["bundle"]
    assert retrain["state"] == "trying"
    assert retrain["bundle"] != first
    # A month of the log at least, whose labels nobody had to show a key for.
    assert list(retrain["labels_by"]) == [""]
    assert retrain["labels_by"][""] > 5_000


def test_the_challenger_is_tried_and_becomes_champion(stages: dict[str, Any], home: Path) -> None:
    assert stages["rollout"]["state"] == "promoted"
    release = home / "demo/loop/workspace/models/flight_time/release.json"
    champion = json.loads(release.read_text())["champion"]
    assert champion["bundle"] == taken(stages)["bundle"]
    assert champion["version"] == 2
    routed = json.loads((home / "demo/loop/routing.json").read_text())["models"]["flight_time"]
    assert routed["champion"]["bundle"] == champion["bundle"]
    assert "challenger" not in routed


def test_the_alarm_clears(stages: dict[str, Any]) -> None:
    assert stages["clear"]["outcome"] == "promoted"


def test_nothing_is_left_running(stages: dict[str, Any], home: Path) -> None:
    assert stages
    assert [line for line in _command_lines() if str(home) in line] == []


def _command_lines() -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
    return found
