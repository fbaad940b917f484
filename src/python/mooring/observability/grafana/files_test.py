from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.dashboards import dashboard, manifest
from mooring.observability.grafana.files import files
from mooring.observability.panel import Board

PROGRAM = """
import hashlib
from mooring.observability.grafana.files import files
print(hashlib.sha256(repr(sorted(files().items())).encode()).hexdigest())
"""

each_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)


def test_the_sdk_is_the_release_that_writes_todays_schema() -> None:
    # A newer-looking release of the index is for Grafana 10.1: its version has an epoch.
    assert version("grafana-foundation-sdk").removeprefix("v") == "0.0.21"


def test_two_processes_with_other_hash_seeds_write_the_same_bytes() -> None:
    assert _digest(seed="1") == _digest(seed="2")


def test_keys_are_sorted_so_that_a_change_is_a_small_difference() -> None:
    for path, text in files().items():
        if path.endswith(".json"):
            again = json.dumps(json.loads(text), sort_keys=True, indent=2, ensure_ascii=False)
            assert text == again + "\n", path


def test_every_file_ends_in_a_newline_and_says_how_it_is_made() -> None:
    for path, text in files().items():
        assert text.endswith("\n"), path
        assert "./mooring obs generate" in text, path


@each_board
def test_the_sdk_reads_what_it_wrote(board: Board) -> None:
    text = JSONEncoder(sort_keys=True).encode(dashboard(board))
    again = JSONEncoder(sort_keys=True).encode(Dashboard.from_json(json.loads(text)))
    assert json.loads(again) == json.loads(text)


@each_board
def test_the_resource_holds_the_same_dashboard_under_its_uid(board: Board) -> None:
    wrapped = json.loads(JSONEncoder().encode(manifest(board)))
    assert wrapped["apiVersion"] == "dashboard.grafana.app/v1beta1"
    assert (wrapped["kind"], wrapped["metadata"]["name"]) == ("Dashboard", board.uid)
    assert wrapped["spec"] == json.loads(JSONEncoder().encode(dashboard(board)))


def test_dashboards_are_found_by_the_provider_and_ask_the_provisioned_prometheus() -> None:
    made = {path.rpartition("provisioning/")[2]: text for path, text in files().items()}
    source = yaml.safe_load(made["datasources/mooring.yaml"])["datasources"][0]
    provider = yaml.safe_load(made["dashboards/mooring.yaml"])["providers"][0]
    assert (source["type"], source["uid"]) == ("prometheus", "mooring-prometheus")
    assert (provider["folder"], provider["allowUiUpdates"]) == ("Mooring", False)


def _digest(seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return answer.stdout
