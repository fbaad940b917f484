"""A crash between any two steps of a commit: each state it can leave is made, and met again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from mooring.monitor.tables.claims import LOGS, Taken, read_ledger, settle, unsettled, write_ledger
from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.counts import Counts
from mooring.monitor.tables.delta import commit
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.parts import Parts
from mooring.monitor.tables.rows import GatheredPredictions
from mooring.monitor.tables.segments import read
from mooring.monitor.tables.testing.log import (
    DAY,
    all_ids,
    labels,
    name_of,
    predictions,
    rows_of,
    seal,
    tables_in,
)

TOKEN = "dead0000dead0000"


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return tables_in(tmp_path)


def killed(tables: Tables, path: Path, *, after: str) -> None:
    """Take a segment of predictions over step by step, and stop after one."""
    tables.folder.mkdir(parents=True, exist_ok=True)
    (tables.folder / f".writing-parts-{TOKEN}").touch()
    gathered = GatheredPredictions()
    read(path, gathered)
    rows = gathered.rows
    parts = Parts(tables.predictions, TOKEN)
    for frame in gathered.frames():
        parts.write(frame)
    if after == "parts":
        return
    taken = (Taken(gateway=path.parent.name, name=path.name),)
    counts = Counts(segments={"read": 1}, predictions=rows)
    ledger, claim = read_ledger(tables, "predictions").claiming(taken, [DAY], counts)
    write_ledger(tables, "predictions", ledger)
    if after == "claim":
        return
    commit(tables.predictions, parts.added, parts.columns, transaction=claim.number)
    if after == "commit":
        return
    path.unlink()


@pytest.mark.parametrize("before", [0, 1], ids=["in the first commit", "in a later commit"])
@pytest.mark.parametrize(
    ("after", "read_again"),
    [("parts", 1), ("claim", 1), ("commit", 0), ("delete", 0)],
    ids=lambda value: f"killed after the {value}" if isinstance(value, str) else "",
)
def test_a_kill_neither_loses_nor_doubles(
    tables: Tables, after: str, read_again: int, before: int
) -> None:
    names = [name_of(number) for number in range(before + 2)]
    for name in names[:before]:
        seal(tables, predictions(name))
        settle(tables, collect(tables).days)
    killed(tables, seal(tables, predictions(names[before])), after=after)
    seal(tables, predictions(names[-1]))
    found = collect(tables)
    assert found.predictions == 1 + read_again
    assert found.totals.predictions == found.totals.segments["read"] == len(names)
    assert found.days == {DAY}, "also of what was committed before the kill"
    assert all_ids(tables) == names
    assert not list(tables.log.rglob("*.segment"))
    assert not list(tables.folder.glob(".writing-*"))
    written = {path for path in tables.predictions.rglob("*.parquet") if TOKEN in path.name}
    assert len(written) == (0 if read_again else 1), "no part is left that no commit names"


def test_a_kill_while_labels_are_taken_does_not_count_them_twice(tables: Tables) -> None:
    one = name_of(1)
    seal(tables, predictions(one))
    path = seal(tables, labels({one: 1.0}))
    content = path.read_bytes()
    found = collect(tables)
    # As if it had been killed before it deleted the segment, and before it forgot the claim.
    path.write_bytes(content)
    ledger = read_ledger(tables, "feedback")
    left = (Taken(gateway=path.parent.name, name=path.name),)
    write_ledger(tables, "feedback", ledger.still_left(left))
    again = collect(tables)
    assert (again.labels, again.totals) == (0, found.totals)
    assert not path.exists()
    assert rows_of(tables)[one]["label"] == 1.0


def test_a_claim_of_a_table_that_was_removed_claims_nothing(tables: Tables) -> None:
    seal(tables, predictions(name_of(1)))
    collect(tables)
    ledger = read_ledger(tables, "predictions")
    assert ledger.after(0).claim is None
    assert ledger.number == 1


def test_settling_forgets_only_the_days_that_are_told(tables: Tables) -> None:
    other = DAY + timedelta(days=1)
    for log in LOGS:
        tables.folder.mkdir(parents=True, exist_ok=True)
        ledger = read_ledger(tables, log).model_copy(update={"unsettled": (DAY, other)})
        write_ledger(tables, log, ledger)
    settle(tables, [DAY])
    assert unsettled(tables) == {other}
    settle(tables, [])
    assert unsettled(tables) == {other}


def test_a_commit_without_rows_still_fulfils_its_claim(tables: Tables) -> None:
    tables.folder.mkdir(parents=True)
    commit(tables.predictions, [], pl.Schema(), transaction=1)
    assert read_ledger(tables, "predictions").number == 1
    seal(tables, predictions(name_of(1)))
    assert collect(tables).predictions == 1
    assert all_ids(tables) == [name_of(1)]
