from __future__ import annotations

import os
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl

from mooring.monitor.tables.collect import collect
from mooring.monitor.tables.delta import commit, parts_of, tidy, transaction_of, vacuum
from mooring.monitor.tables.joined import days, joined
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.testing.log import (
    CONTEXT,
    DAY,
    all_ids,
    labels,
    name_of,
    noon,
    predictions,
    rows_of,
    seal,
    tables_in,
)
from mooring.monitor.tables.upkeep import compact, retain
from mooring.predictionlog.context import Context


def collected(tables: Tables, passes: int, context: Context = CONTEXT) -> list[str]:
    """Many passes with two predictions and a label each."""
    names = []
    for number in range(passes):
        pair = [name_of(2 * number), name_of(2 * number + 1)]
        seal(tables, predictions(*pair, context=context))
        seal(tables, labels({pair[0]: 1.0}))
        collect(tables)
        names += pair
    return names


def test_the_parts_of_a_day_become_one_and_nothing_else_changes(tmp_path: Path) -> None:
    tables = tables_in(tmp_path)
    names = collected(tables, 5)
    before = rows_of(tables)
    assert compact(tables) == 10
    assert len(parts_of(tables.predictions)) == len(parts_of(tables.labels)) == 1
    assert rows_of(tables) == before
    assert sorted(before) == names
    assert compact(tables) == 0, "there is nothing left to do"
    seal(tables, predictions(name_of(99)))
    assert collect(tables).predictions == 1, "and collecting goes on"


def test_a_day_that_is_too_much_for_one_part_becomes_several_that_do_not_overlap(
    tmp_path: Path,
) -> None:
    tables = tables_in(tmp_path)
    names = collected(tables, 20)
    compact(tables, part_rows=10)
    ends = sorted((part.lower or "", part.upper or "") for part in parts_of(tables.predictions))
    assert len(ends) > 2
    assert all(one[1] < other[0] for one, other in pairwise(ends))
    assert all_ids(tables) == names


def test_days_go_with_their_labels_and_leave_those_of_days_that_stay(tmp_path: Path) -> None:
    tables = tables_in(tmp_path)
    old, new = name_of(1, noon(DAY)), name_of(2, noon(DAY + timedelta(days=9)))
    # Made on the old day, about an event of the new one.
    ahead = name_of(3, noon(DAY))
    seal(tables, predictions(old, at=noon(DAY)))
    seal(tables, predictions(new, ahead, at=noon(DAY + timedelta(days=9))))
    seal(tables, labels({old: 1.0}))
    seal(tables, labels({ahead: 1.0}), gateway="gateway-2")
    seal(tables, labels({new: 1.0}), gateway="gateway-3")
    collect(tables)
    retain(tables, DAY + timedelta(days=1))
    assert days(tables) == (DAY + timedelta(days=9),)
    rows = rows_of(tables, DAY + timedelta(days=9))
    assert {name: row["label"] for name, row in rows.items()} == {new: 1.0, ahead: 1.0}
    retain(tables, date(2100, 1, 1))
    assert parts_of(tables.predictions) == parts_of(tables.labels) == ()
    seal(tables, predictions(name_of(4)))
    collect(tables)
    assert all_ids(tables) == [name_of(4)]


def test_tables_forget_their_own_old_commits_and_know_their_rows_and_number_still(
    tmp_path: Path,
) -> None:
    tables = tables_in(tmp_path)
    seal(tables, predictions(name_of(1)))
    collect(tables)
    log = tables.predictions / "_delta_log"
    for number in range(2, 104):
        commit(tables.predictions, [], pl.Schema(), transaction=number)
        for path in log.iterdir():
            os.utime(path, (0, 0))  # years ago
        tidy(tables.predictions)
    assert len(list(log.iterdir())) < 60
    assert transaction_of(tables.predictions) == 103
    seal(tables, predictions(name_of(2)))
    assert collect(tables).predictions == 1
    assert all_ids(tables) == [name_of(1), name_of(2)]


def test_parts_that_were_replaced_are_deleted_an_hour_later(tmp_path: Path) -> None:
    tables = tables_in(tmp_path)
    collected(tables, 2)
    compact(tables)
    assert len(list(tables.predictions.rglob("*.parquet"))) == 3, "readers may still be at them"
    newest = max((tables.predictions / "_delta_log").glob("*.json"))
    long_ago = re.sub(r'"deletionTimestamp":\d+', '"deletionTimestamp":1', newest.read_text())
    newest.write_text(long_ago)
    vacuum(tables.predictions)
    (left,) = tables.predictions.rglob("*.parquet")
    assert [left] == [part.path for part in parts_of(tables.predictions)]


def test_a_reader_goes_on_while_its_day_is_compacted(tmp_path: Path) -> None:
    tables = tables_in(tmp_path)
    names = collected(tables, 3)
    reading = joined(tables, DAY)
    seen = next(reading)["prediction_id"].to_list()
    compact(tables)
    retain(tables, date(2100, 1, 1))
    seen += [name for frame in reading for name in frame["prediction_id"]]
    assert sorted(seen) == names


def test_damaged_segments_go_with_the_days_in_which_they_were_written(tmp_path: Path) -> None:
    tables = tables_in(tmp_path)
    for number in range(2):
        segment = seal(tables, predictions(name_of(number)))
        segment.write_bytes(segment.read_bytes()[:-1])
        written = noon(DAY + timedelta(days=number)) * 10**6
        os.utime(segment, ns=(written, written))
    collect(tables)
    assert len(list(tables.damaged.iterdir())) == 2
    retain(tables, DAY + timedelta(days=1))
    (kept,) = tables.damaged.iterdir()
    assert kept.stat().st_mtime_ns == written
