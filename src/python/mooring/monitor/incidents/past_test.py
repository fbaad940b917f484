from __future__ import annotations

from pathlib import Path

import pytest

from mooring.monitor.incidents.clock import Clock
from mooring.monitor.incidents.errors import JournalFailed
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.incidents.journal import Journal
from mooring.monitor.incidents.past import incidents_of

MODEL = "flight_delay"


def test_incidents_are_those_of_the_model_the_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "incidents.db"
    journal = Journal(path, Clock())
    with journal.transaction() as work:
        for name, model in (("i1", MODEL), ("i2", "ferry")):
            work.add(Incident(name, model, "score", "k", alarm_at=1.0, requested_at=2.0))
    assert [each.id for each in incidents_of(path, MODEL)] == ["i1"]
    journal.close()
    assert incidents_of(tmp_path / "none.db", MODEL) == ()


def test_a_journal_that_is_none_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "incidents.db"
    path.write_bytes(b"no database" * 500)
    with pytest.raises(JournalFailed, match="cannot be read"):
        incidents_of(path, MODEL)
