from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mooring.bundle.manifest import MODEL_ONNX
from mooring.cli.app import app
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace
from mooring.data.ingest import table_of
from mooring.process.ports import LOOPBACK


def mooring(*arguments: str, space: Workspace | None = None) -> Result:
    where = ["--workspace", str(space.root), "--home", str(space.home)] if space else []
    return CliRunner().invoke(app, [*where, *arguments])


def test_help_names_every_verb() -> None:
    shown = mooring("--help").output
    verbs = (
        "ingest train bless promote rollback serve predict demo doctor clean history contract obs"
    )

    assert [verb for verb in verbs.split() if verb not in shown] == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["sail"], id="an unknown verb is a usage error"),
        pytest.param(["train"], id="a missing model is a usage error"),
        pytest.param(["train", "m", "--dataset-version", "new"], id="text for a number is too"),
    ],
)
def test_usage_errors_exit_with_status_2(arguments: list[str]) -> None:
    assert mooring(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "place", "cure"),
    [
        pytest.param(
            ["ingest", "flight_dely"], "models/", "Did you mean flight_delay?", id="unknown model"
        ),
        pytest.param(
            ["train", "flight_delay", "--dataset-version", "3"],
            "data/flight_delay",
            "mooring ingest",
            id="a version that was never ingested",
        ),
        pytest.param(
            ["bless", "flight_delay"], "candidates", "mooring train", id="nothing trained"
        ),
        pytest.param(
            ["serve", "flight_delay"], "release.json", "mooring promote", id="nothing released"
        ),
        pytest.param(
            ["serve", "flight_delay", "flight_tim"],
            "models/",
            "Did you mean flight_time?",
            id="one unknown model among those to serve",
        ),
        pytest.param(
            ["serve", "flight_delay", "flight_time", "--bundle", "0" * 16],
            "--bundle",
            "Name that model alone.",
            id="one bundle for two models",
        ),
        pytest.param(
            ["predict", "flight_delay", "--instance", "[1]"], "--instance", "{", id="not an object"
        ),
        pytest.param(
            ["predict", "flight_delay", "--url", "http://127.0.0.1:9"],
            "127.0.0.1:9",
            "mooring serve",
            id="no gateway",
        ),
        pytest.param(
            ["rollback", "flight_delay"], "release of", "Known versions", id="nothing to return to"
        ),
    ],
)
def test_a_users_mistake_names_the_place_and_the_cure(
    arguments: list[str], place: str, cure: str, tmp_path: Path
) -> None:
    done = mooring(*arguments, space=Workspace(tmp_path, tmp_path / "home"))

    assert done.exit_code == 1
    assert place in done.output
    assert cure in done.output
    assert "Traceback" not in done.output


def test_an_error_is_one_json_object_for_scripts(tmp_path: Path) -> None:
    done = mooring("bless", "flight_delay", "--json", space=Workspace(tmp_path, tmp_path / "home"))

    assert json.loads(done.stdout)["error"]["kind"] == "NothingToBless"


def test_the_path_of_a_model_as_a_script_walks_it(space: Workspace) -> None:
    blessed = json.loads(mooring("bless", "flight_delay", "--json", space=space).stdout)
    promoted = json.loads(mooring("promote", "flight_delay", "--json", space=space).stdout)

    assert blessed["verdict"] == "blessed"
    assert promoted["champion"] == 1
    assert promoted["bundle"] == blessed["bundle"]
    assert "git commit" in promoted["to record it"]


def test_promote_without_a_blessing_changes_nothing(space: Workspace, model: Model) -> None:
    for blessing in space.blessings.iterdir():
        blessing.unlink()

    done = mooring("promote", model.name, space=space)

    assert done.exit_code == 1
    assert "there is no evaluation blessing" in done.output
    assert not space.release(model.name).exists()
    assert not (space.model(model.name) / "bundles").exists()


def test_a_tampered_bundle_is_not_blessed(space: Workspace, model: Model) -> None:
    (folder,) = space.bundles.iterdir()
    graph = folder / MODEL_ONNX
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)

    done = mooring("bless", model.name, space=space)

    assert done.exit_code == 1
    assert MODEL_ONNX in done.output
    assert "Restore the bundle" in done.output


def test_a_port_in_use_is_named_before_anything_starts(space: Workspace, model: Model) -> None:
    mooring("promote", model.name, space=space)
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        done = mooring("serve", model.name, "--gateway-port", port, space=space)

    assert done.exit_code == 1
    assert f"{LOOPBACK}:{port}: the port is in use" in done.output
    assert not space.logs.exists() or list(space.logs.iterdir()) == []


def test_clean_removes_the_demo_and_with_all_the_rest(space: Workspace) -> None:
    (space.home / "demo").mkdir()
    (space.home / "notes.txt").write_text("mine")

    mooring("clean", space=space)
    kept = table_of(space.data, "flight_delay").exists()
    mooring("clean", "--all", space=space)

    assert kept
    assert [path.name for path in space.home.iterdir()] == ["notes.txt"]


def test_doctor_tells_of_every_part_of_the_machine(tmp_path: Path) -> None:
    done = mooring("doctor", "--json", space=Workspace(tmp_path, tmp_path / "home"))
    looked_at = {finding["what"] for finding in json.loads(done.stdout)}

    wanted = {"CPython 3.9", "CPython 3.11", "package index", "disk", "packaged command", "git"}
    assert wanted <= looked_at
    assert {"gateway port", "metrics port", "service port", "home"} <= looked_at
    assert {"prometheus", "prometheus-alertmanager", "chromium"} <= looked_at
