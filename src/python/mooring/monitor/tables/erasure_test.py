"""What is erased is in no file of the tables, neither live nor replaced."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.delta import ID
from mooring.monitor.tables.erasure import Forgotten, forget
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.testing.log import (
    all_ids,
    labels,
    name_of,
    predictions,
    rows_of,
    seal,
    tables_in,
)
from mooring.monitor.tables.upkeep import compact


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return tables_in(tmp_path)


def on_disk(tables: Tables) -> set[str]:
    paths = tables.folder.rglob("*.parquet")
    return {name for path in paths for name in pl.read_parquet(path)[ID]}


def test_what_is_erased_is_in_no_file_any_more(tables: Tables) -> None:
    names = [name_of(number) for number in range(4)]
    for pair in (names[:2], names[2:]):
        seal(tables, predictions(*pair))
        seal(tables, labels(dict.fromkeys(pair, 1.0)))
        collect(tables)
    compact(tables)  # what it replaced holds the rows, too
    assert forget(tables, [names[1], "nobody"]) == Forgotten(1, 1, ())
    kept = [names[0], *names[2:]]
    assert all_ids(tables) == kept
    assert {row["label"] for row in rows_of(tables).values()} == {1.0}
    assert on_disk(tables) == set(kept)
    assert forget(tables, [names[1]]) == Forgotten()


def test_a_part_of_which_nothing_is_left_goes(tables: Tables) -> None:
    seal(tables, predictions(name_of(1)))
    collect(tables)
    assert forget(tables, [name_of(1)]).predictions == 1
    assert (all_ids(tables), on_disk(tables)) == ([], set())
    seal(tables, predictions(name_of(2)))
    assert collect(tables).predictions == 1


def test_damaged_segments_are_told_because_they_are_not_searched(tables: Tables) -> None:
    path = seal(tables, predictions(name_of(1)))
    path.write_bytes(path.read_bytes()[:-1])
    collect(tables)
    (aside,) = forget(tables, [name_of(1)]).unsearched
    assert aside.parent == tables.damaged


def test_tables_that_are_not_there_are_not_made(tables: Tables) -> None:
    assert forget(tables, ["a"]) == Forgotten()
    assert not tables.home.exists()
