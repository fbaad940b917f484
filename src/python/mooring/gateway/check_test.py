from __future__ import annotations

import json
from pathlib import Path

from mooring.gateway.check import check
from mooring.gateway.testing.gateway import routing_document


def test_what_is_in_order_is_told_with_who_set_it(tmp_path: Path) -> None:
    path = tmp_path / "routing.json"
    path.write_text(json.dumps(routing_document("http://127.0.0.1:3000")))
    checked = check({"MOORING_ROUTING": str(path), "MOORING_GATEWAY_PORT": "81"})
    assert not checked.faults
    effective = {each.name: (each.value, each.place) for each in checked.effective}
    assert effective["port"] == ("81", "MOORING_GATEWAY_PORT")
    assert effective["drain_seconds"] == ("5.0", "default")


def test_every_mistake_in_the_settings_is_a_fault_of_its_own() -> None:
    checked = check({"MOORING_GATEWAY_PORT": "x", "MOORING_DRAIN_SECONDS": "y"})
    places = [fault.place for fault in checked.faults]
    assert places == ["MOORING_GATEWAY_PORT", "MOORING_DRAIN_SECONDS"]
    assert not checked.effective


def test_a_routing_document_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    checked = check({"MOORING_HOME": str(tmp_path)})
    (fault,) = checked.faults
    assert "routing.json" in fault.place
    assert checked.effective


def test_a_keys_file_that_is_asked_for_is_read_too(tmp_path: Path) -> None:
    checked = check({"MOORING_HOME": str(tmp_path), "MOORING_GATEWAY_AUTH": "keys"})
    assert [fault.place.split()[0] for fault in checked.faults] == ["routing", "keys"]


def test_of_a_secret_only_whether_it_is_set_is_told() -> None:
    token = "canary-" + "a" * 32
    for environ, shown in (({}, ""), ({"MOORING_HOP_TOKEN": token}, "set")):
        checked = check(environ)
        assert [each.value for each in checked.effective if each.name == "hop_token"] == [shown]
        assert "canary" not in str(checked)
