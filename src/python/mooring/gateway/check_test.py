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
