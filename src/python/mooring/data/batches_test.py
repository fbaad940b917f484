"""A source that gives its rows in batches, and more of them than are held at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from mooring.data.dataset import between, read_batches, read_version
from mooring.data.digest import content_digest
from mooring.data.errors import TooManyRejected
from mooring.data.ingest import ingest, quarantine_of, table_of
from mooring.data.source import DataSource

Rows = Callable[..., pl.DataFrame]
Source = Callable[..., DataSource]

STORM = {"wind": 99.0}


@pytest.mark.parametrize("run_bytes", [2_000, 10**9], ids=["spilled", "held"])
@pytest.mark.parametrize("size", [1, 17, 1_000], ids=["row by row", "17 at once", "all at once"])
def test_batches_of_any_order_and_size_are_the_version_that_one_frame_is(
    rows: Rows, source: Source, tmp_path: Path, size: int, run_bytes: int
) -> None:
    whole = rows(100, {3: STORM, 70: {"hour": 24}})
    first = ingest(source(whole, most_rejected=0.1), tmp_path).dataset
    shuffled = whole.sample(fraction=1, shuffle=True, seed=size)
    again = ingest(
        source(shuffled.iter_slices(size), most_rejected=0.1), tmp_path, run_bytes=run_bytes
    )
    assert not again.written
    assert again.dataset == first
    assert first.sha256 == content_digest(read_version(table_of(tmp_path, "voyage"))[1])


@pytest.mark.parametrize("run_bytes", [2_000, 10**9], ids=["spilled", "held"])
def test_a_large_version_reads_back_as_its_rows(
    rows: Rows, source: Source, tmp_path: Path, run_bytes: int
) -> None:
    whole = rows(600)
    shuffled = whole.sample(fraction=1, shuffle=True, seed=1)
    made = ingest(source(shuffled.iter_slices(90)), tmp_path, run_bytes=run_bytes).dataset
    assert (made.rows, made.start, made.end) == (600, "2013-01-30", "2013-06-28")
    found, frame = read_version(table_of(tmp_path, "voyage"))
    assert frame.sort("event_time").equals(whole)
    assert found == made


def test_rows_that_share_an_id_are_found_across_batches_and_months(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    bent = rows(400, {399: {"row_id": "voyage 0"}, 50: {"row_id": None}, 51: {"row_id": None}})
    batches = bent.iter_slices(30)
    made = ingest(source(batches, most_rejected=0.1), tmp_path, run_bytes=2_000).dataset
    aside = read_version(quarantine_of(tmp_path, "voyage"))[1].sort("event_time")
    assert (made.rows, made.quarantined) == (396, 4)
    assert aside["reason"].to_list() == [
        "row_id: not unique",
        "row_id: missing",
        "row_id: missing",
        "row_id: not unique",
    ]


def test_too_many_broken_rows_are_counted_over_all_batches(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    before = ingest(source(rows(10)), tmp_path).dataset
    batches = rows(200, dict.fromkeys(range(100, 200), STORM)).iter_slices(30)
    with pytest.raises(TooManyRejected, match="100 of 200 rows"):
        ingest(source(batches, most_rejected=0.4), tmp_path, run_bytes=2_000)
    assert len(read_version(quarantine_of(tmp_path, "voyage"))[1]) == 100
    assert read_version(table_of(tmp_path, "voyage"))[0] == before


def test_progress_tells_of_rows_read_and_checked(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    told: list[str] = []
    ingest(source(rows(600).iter_slices(400)), tmp_path, progress=told.append)
    assert told == ["400 rows read", "600 rows read", "600 of 600 rows checked"]


def test_batches_are_asked_for_one_at_a_time(rows: Rows, source: Source, tmp_path: Path) -> None:
    """The next one is made when the one before has been taken."""
    told: list[str] = []

    def batches() -> Iterator[pl.DataFrame]:
        for start in range(3):
            told.append("asked")
            yield rows(6)[2 * start : 2 * start + 2]

    ingest(source(batches()), tmp_path, progress=told.append)
    assert [step.split()[-1] for step in told] == ["asked", "read"] * 3 + ["checked"]


def test_rows_that_a_generator_leaves_out_are_counted_when_it_has_ended(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    left_out = {"cancelled": 0}

    def batches() -> Iterator[pl.DataFrame]:
        for batch in rows(20).iter_slices(5):
            yield batch
            left_out["cancelled"] += 2

    made = ingest(source(batches(), left_out=left_out), tmp_path).dataset
    assert made.left_out == {"cancelled": 8}


def test_a_version_reads_in_batches(rows: Rows, source: Source, tmp_path: Path) -> None:
    made = [ingest(source(rows(count)), tmp_path).dataset for count in (50, 60)]
    for expected in made:
        found, batches = read_batches(table_of(tmp_path, "voyage"), expected.version, rows=7)
        frames = list(batches)
        assert found == expected
        assert max(map(len, frames)) == 7
        assert pl.concat(frames).sort("event_time").equals(rows(expected.rows))


def test_the_digest_of_a_period_is_that_of_its_rows_alone(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    """Training names the rows it used by the digest that they would have as a version."""
    ingest(source(rows(200)), tmp_path / "all")
    used = between(
        read_version(table_of(tmp_path / "all", "voyage"))[1], "2013-02-01", "2013-02-09"
    )
    alone = ingest(source(used.reverse().iter_slices(5)), tmp_path / "some", run_bytes=500).dataset
    assert alone.sha256 == content_digest(used)
