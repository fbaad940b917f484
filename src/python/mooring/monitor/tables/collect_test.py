"""What waits in the log comes into the tables once, whatever state the log is in."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from mooring.monitor.tables.claims import settle
from mooring.monitor.tables.collect import Limits, collect
from mooring.monitor.tables.delta import parts_of
from mooring.monitor.tables.errors import TablesBusy, TablesUnwritable
from mooring.monitor.tables.joined import days
from mooring.monitor.tables.layout import Tables, held
from mooring.monitor.tables.testing.log import (
    CONTEXT,
    DAY,
    all_ids,
    frames_of,
    labels,
    name_of,
    noon,
    predictions,
    rows_of,
    seal,
    tables_in,
)
from mooring.predictionlog.files import Disk
from mooring.predictionlog.layout import OPEN, SegmentName
from mooring.predictionlog.recovery import recover
from mooring.predictionlog.segment import OpenSegment

MIDNIGHT = noon() - 12 * 3_600_000


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return tables_in(tmp_path)


def test_what_waits_is_taken_over_joined_and_deleted(tables: Tables) -> None:
    one, two = name_of(1), name_of(2)
    written = [seal(tables, predictions(one, two)), seal(tables, labels({one: 1.0}))]
    found = collect(tables)
    assert (found.predictions, found.labels) == (2, 1)
    assert found.segments == {"read": 2, "cut_short": 0, "refused": 0}
    assert found.days == {DAY}
    assert found.outcomes["joined"] == 1
    assert not any(path.exists() for path in written)
    rows = rows_of(tables)
    assert (rows[one]["label"], rows[one]["state"], rows[two]["state"]) == (1.0, "held", "none")
    assert rows[two]["hour"] == 1.0
    assert collect(tables).predictions == 0


def test_gateways_are_read_each_and_commits_are_bounded(tables: Tables) -> None:
    names = [name_of(number) for number in range(12)]
    for number, name in enumerate(names):
        seal(tables, predictions(name), gateway=f"gateway-{number % 3}")
    found = collect(tables, limits=Limits(segment_bytes=1))
    assert (found.predictions, found.segments["read"]) == (12, 12)
    assert len(parts_of(tables.predictions)) == 12
    assert all_ids(tables) == names


def test_rows_beyond_the_bound_of_memory_become_parts_of_one_commit(tables: Tables) -> None:
    names = [name_of(number) for number in range(9)]
    for start in range(0, 9, 3):
        seal(tables, predictions(*names[start : start + 3]))
    collect(tables, limits=Limits(rows=3))
    assert [part.rows for part in parts_of(tables.predictions)] == [3, 3, 3]
    assert all_ids(tables) == names


def test_totals_survive_a_restart_and_days_are_told_until_they_are_settled(tables: Tables) -> None:
    seal(tables, predictions(name_of(1)))
    first = collect(tables)
    seal(tables, predictions(name_of(2), at=noon(DAY + timedelta(days=1))))
    second = collect(tables)
    assert second.days == {DAY, DAY + timedelta(days=1)}
    assert (second.predictions, second.totals.predictions) == (1, 2)
    assert second.totals.segments == {"read": 2}
    settle(tables, first.days)
    assert collect(tables).days == {DAY + timedelta(days=1)}
    settle(tables, second.days)
    third = collect(tables)
    assert third.days == frozenset()
    assert third.totals == second.totals


def cut(path: Path) -> None:
    """Take the last bytes of the last frame of rows, as a disk that lost its end."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - len(content) // 4])


def test_a_segment_cut_short_gives_its_whole_records_and_is_moved_aside(tables: Tables) -> None:
    names = [name_of(number) for number in range(20)]
    path = seal(tables, *(predictions(name) for name in names))
    whole = path.read_bytes()
    cut(path)
    found = collect(tables)
    assert found.segments == {"read": 0, "cut_short": 1, "refused": 0}
    assert 0 < found.predictions < 20
    assert all_ids(tables) == names[: found.predictions]
    assert not path.exists()
    (aside,) = tables.damaged.iterdir()
    assert aside.name == f"predictions-gateway-1-{path.name}"
    assert whole.startswith(aside.read_bytes())
    assert sum(collect(tables).segments.values()) == 0


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="it is empty"),
        pytest.param(b"MOORLOG1", id="it has no frame"),
        pytest.param(b"MOORLOG9" + bytes(99), id="it is of another version"),
        pytest.param(b"\xff" * 4_096, id="it is noise"),
    ],
)
def test_a_segment_without_anything_whole_is_refused_and_moved_aside(
    tables: Tables, content: bytes
) -> None:
    path = seal(tables, predictions(name_of(1)))
    path.write_bytes(content)
    seal(tables, predictions(name_of(2)))
    found = collect(tables)
    assert found.segments == {"read": 1, "cut_short": 0, "refused": 1}
    assert all_ids(tables) == [name_of(2)]
    assert [aside.read_bytes() for aside in tables.damaged.iterdir()] == [content]


def test_a_segment_that_cannot_be_read_stays_and_does_not_hold_up_others(tables: Tables) -> None:
    path = seal(tables, predictions(name_of(1)))
    content = path.read_bytes()
    path.unlink()
    path.mkdir()  # root may read everything but this
    seal(tables, predictions(name_of(2)))
    found = collect(tables, now=lambda: noon() / 1_000 + 60)
    assert found.segments == {"read": 1, "cut_short": 0, "refused": 1}
    assert found.lag_seconds == 60.0
    path.rmdir()
    path.write_bytes(content)
    assert collect(tables).lag_seconds == 0.0
    assert all_ids(tables) == [name_of(1), name_of(2)]


def test_a_segment_that_cannot_be_deleted_is_not_read_again(tables: Tables) -> None:
    path = seal(tables, predictions(name_of(1)))
    # Nobody can lock the folder: its lock is a folder itself.
    lock = path.parent / ".lock"
    lock.mkdir()
    assert collect(tables).predictions == 1
    for _ in range(2):
        again = collect(tables)
        assert (again.predictions, again.lag_seconds) == (0, 0.0)
        assert path.exists()
    lock.rmdir()
    collect(tables)
    assert not path.exists()
    assert all_ids(tables) == [name_of(1)]


def test_a_segment_whose_recovery_was_killed_waits_until_it_is_done(tables: Tables) -> None:
    path = seal(tables, predictions(name_of(1)))
    left = path.with_suffix(OPEN)
    left.write_bytes(path.read_bytes())
    assert collect(tables).predictions == 0
    recover(path.parent, Disk())
    assert not left.exists()
    assert collect(tables).predictions == 1
    assert all_ids(tables) == [name_of(1)]


def test_segments_that_are_sealed_late_come_behind_younger_ones(tables: Tables) -> None:
    seal(tables, predictions(name_of(2)), opened=noon() + 1)
    collect(tables)
    seal(tables, predictions(name_of(1)), opened=noon() - 10**9)
    assert collect(tables).predictions == 1
    assert all_ids(tables) == [name_of(1), name_of(2)]


@pytest.mark.parametrize(
    ("age", "read"),
    [
        pytest.param(7_200.0, 1, id="of a gateway that never came back it is sealed and read"),
        pytest.param(60.0, 0, id="of a gateway that died just now it waits for the next one"),
    ],
)
def test_a_segment_that_was_left_open(tables: Tables, age: float, read: int) -> None:
    folder = seal(tables, predictions(name_of(1))).parent
    collect(tables)
    name = SegmentName(noon(), "0" * 8, 1)
    segment = OpenSegment.create(Disk(), folder, name, 0.0)
    context, rows = frames_of([predictions(name_of(2))])
    segment.append([rows], {context.context: context})
    path = folder / f"{name}{OPEN}"
    long_ago = path.stat().st_mtime - age
    os.utime(path, (long_ago, long_ago))
    assert collect(tables).predictions == 0, "its writer lives"
    segment.abandon()
    assert collect(tables).predictions == read


def test_a_second_monitor_is_told_and_changes_nothing(tables: Tables) -> None:
    path = seal(tables, predictions(name_of(1)))
    with held(tables), pytest.raises(TablesBusy) as told:
        collect(tables)
    assert str(tables.folder) in str(told.value)
    assert path.exists()
    assert collect(tables).predictions == 1


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda t: t.predictions.write_text(""), id="a file is in the table's place"),
        pytest.param(
            lambda t: t.claim("predictions").write_text("{"), id="the claim is not to be read"
        ),
    ],
)
def test_tables_that_cannot_be_written_leave_the_log_as_it_is(
    tables: Tables, harm: Callable[[Tables], object]
) -> None:
    path = seal(tables, predictions(name_of(1)))
    tables.folder.mkdir(parents=True)
    harm(tables)
    with pytest.raises(TablesUnwritable) as told:
        collect(tables)
    assert str(tables.folder) in told.value.place
    assert told.value.cure
    assert path.exists()
    for file in tables.folder.glob("predictions*"):
        file.unlink()
    assert collect(tables).predictions == 1
    assert all_ids(tables) == [name_of(1)]


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(-1, id="before all time"),
        pytest.param(2**63 - 1, id="the largest number"),
        pytest.param(2**64 - 1, id="larger than that"),
        pytest.param(253_402_300_800_000, id="the year 10000"),
    ],
)
def test_a_row_of_an_absurd_time_is_kept_on_no_day(tables: Tables, at: int) -> None:
    good, absurd = name_of(1), name_of(2)
    seal(tables, predictions(good), predictions(absurd, at=at))
    found = collect(tables)
    assert (found.predictions, found.days) == (2, frozenset({DAY}))
    assert days(tables) == (DAY,)
    assert all_ids(tables) == [good]
    assert sum(part.rows for part in parts_of(tables.predictions)) == 2


def test_a_clock_that_goes_backwards_breaks_nothing(tables: Tables) -> None:
    clock = [noon(), noon() - 10 * 86_400_000, noon() - 86_400_000]
    for number, made in enumerate(clock):
        name = name_of(number, made)
        seal(tables, predictions(name, at=made), opened=made)
        # Observed and received before it was predicted.
        seal(tables, labels({name: 1.0}, observed=made - 5_000, received=made - 5_000), opened=made)
        collect(tables, now=lambda made=made: made / 1_000 - 3_600)  # type: ignore[misc]
    states = [row["state"] for day in days(tables) for row in rows_of(tables, day).values()]
    assert states == ["held"] * 3
    assert collect(tables).totals.outcomes == {"joined": 3}


def test_an_event_at_midnight_is_of_the_day_that_begins(tables: Tables) -> None:
    seal(tables, predictions(name_of(1), at=MIDNIGHT), predictions(name_of(2), at=MIDNIGHT - 1))
    collect(tables)
    assert list(rows_of(tables, DAY)) == [name_of(1)]
    assert list(rows_of(tables, DAY - timedelta(days=1))) == [name_of(2)]


def test_the_context_of_every_row_is_kept(tables: Tables) -> None:
    seal(tables, predictions(name_of(1), caller="key-9"))
    collect(tables)
    row = rows_of(tables)[name_of(1)]
    assert row | {"label": None} == {
        "prediction_id": name_of(1), "version": CONTEXT.version, "bundle": CONTEXT.bundle,
        "contract": CONTEXT.contract, "role": "champion", "at": row["at"], "caller": "key-9",
        "prediction": 0.0, "label": None, "observed_at": None, "label_caller": None,
        "state": "none", "origin": "JFK", "hour": 0.0,
    }  # fmt: skip
    assert row["at"].isoformat() == "2013-04-01T12:00:00+00:00"
