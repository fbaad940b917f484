from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from mooring.gateway.__main__ import look, main
from mooring.gateway.testing.gateway import routing_document

SOUND = json.dumps(routing_document("http://127.0.0.1:3000"))


@pytest.mark.parametrize(
    ("document", "settings", "place"),
    [
        pytest.param(None, {}, "routing.json: No such file", id="a missing document"),
        pytest.param("{", {}, "routing.json: Invalid JSON", id="a document that is not JSON"),
        pytest.param("{}", {}, "routing.json, format: Field required", id="an incomplete document"),
        pytest.param(None, {"MOORING_DRAIN_SECONDS": "soon"}, "DRAIN_SECONDS", id="no number"),
        pytest.param(None, {"MOORING_GATEWAY_HOST": "::"}, "GATEWAY_HOST", id="a public address"),
        pytest.param(None, {"MOORING_METRICS_HOST": "::"}, "METRICS_HOST", id="public metrics"),
        pytest.param(
            None, {"MOORING_GATEWAY_AUTH": "off"}, "AUTH: it is not one of", id="unknown auth"
        ),
    ],
)
def test_a_mistake_of_the_operator_is_one_line_and_exit_78(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    document: str | None,
    settings: dict[str, str],
    place: str,
) -> None:
    path = tmp_path / "routing.json"
    if document is not None:
        path.write_text(document)
    assert main({"MOORING_HOME": str(tmp_path), "MOORING_ROUTING": str(path)} | settings) == 78
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("mooring gateway: ")
    assert place in line


@pytest.mark.parametrize("name", ["MOORING_GATEWAY_PORT", "MOORING_METRICS_PORT"])
def test_a_port_in_use_is_one_line_that_names_its_setting_and_exit_69(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / "routing.json"
    path.write_text(SOUND)
    free = {"MOORING_GATEWAY_PORT": "0", "MOORING_METRICS_PORT": "0"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = main(
            {"MOORING_HOME": str(tmp_path), "MOORING_ROUTING": str(path)} | free | {name: str(port)}
        )
    (line,) = capsys.readouterr().err.splitlines()
    assert code == 69
    assert f"127.0.0.1:{port}: Address already in use" in line
    assert name in line


def test_a_look_names_each_mistake_and_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "routing.json"
    path.write_text(SOUND)
    assert look({"MOORING_ROUTING": str(path)}) == 0
    assert not capsys.readouterr().err
    assert look({"MOORING_GATEWAY_PORT": "x", "MOORING_DRAIN_SECONDS": "y"}) == 78
    assert len(capsys.readouterr().err.splitlines()) == 2
