"""The kills of `kills_test.py`, a hundred of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.testing.kills import check, kill_monitors
from mooring.monitor.tables.testing.log import tables_in


@pytest.mark.parametrize("kills", [100])
def test_killed_monitors_leave_every_row_once(tmp_path: Path, kills: int) -> None:
    tables = tables_in(tmp_path)
    done = kill_monitors(tables, kills, seed=11)
    found = collect(tables)
    check(tables, done)
    assert not list(tables.log.rglob("*.segment"))
    assert not list(tables.folder.glob(".writing-*"))
    assert done.kills == kills
    assert done.inside > 50
    assert (found.totals.predictions, found.totals.labels) == (done.predictions, done.labels)
    assert found.totals.outcomes == {"joined": done.labels}
