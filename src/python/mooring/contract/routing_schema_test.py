from __future__ import annotations

from pathlib import Path

from mooring.contract.routing_schema import schema


def test_the_committed_schema_is_that_of_the_document() -> None:
    committed = Path(__file__).with_name("routing.schema.json").read_text()
    assert committed == schema(), "run python -m mooring.contract.routing_schema"
