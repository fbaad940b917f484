"""Ingest: what becomes a version, what goes to quarantine, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from mooring.data.dataset import latest, read_version
from mooring.data.digest import content_digest
from mooring.data.errors import DatasetEmpty, SourceUnavailable, TooManyRejected
from mooring.data.ingest import ingest, quarantine_of, table_of
from mooring.data.source import DataSource

Rows = Callable[..., pl.DataFrame]
Source = Callable[..., DataSource]

STORM = {"wind": 99.0}
NOWHERE = {"origin": "LGA"}


def stored(data: Path, version: int | None = None) -> pl.DataFrame:
    return read_version(table_of(data, "voyage"), version)[1].sort("event_time")


def test_the_first_ingest_writes_version_0(rows: Rows, source: Source, tmp_path: Path) -> None:
    made = ingest(source(rows(10)), tmp_path)
    assert made.written
    assert made.dataset.model_dump() == {
        "name": "voyage",
        "sha256": content_digest(rows(10)),
        "rows": 10,
        "start": "2013-01-30",
        "end": "2013-02-01",
        "quarantined": 0,
        "left_out": {},
        "known_at": {},
        "from_log": False,
        "uri": str(table_of(tmp_path, "voyage")),
        "version": 0,
    }
    assert stored(tmp_path).equals(rows(10))


def test_the_same_rows_in_another_order_are_a_no_op(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    first = ingest(source(rows(10, {3: STORM}), most_rejected=0.5), tmp_path)
    files = sorted(tmp_path.rglob("*"))
    again = ingest(source(rows(10, {3: STORM}).reverse(), most_rejected=0.5), tmp_path)
    assert not again.written
    assert again.dataset == first.dataset
    assert sorted(tmp_path.rglob("*")) == files


def test_changed_rows_are_a_new_version_and_the_old_one_stays(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    changed = rows(10, {3: {"wind": 7.0}})
    first = ingest(source(rows(10)), tmp_path).dataset
    second = ingest(source(changed), tmp_path).dataset
    assert (first.version, second.version) == (0, 1)
    assert first.sha256 != second.sha256
    assert stored(tmp_path).equals(changed)
    assert stored(tmp_path, 0).equals(rows(10))


def test_former_rows_again_are_a_new_version_of_the_old_digest(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    made = [ingest(source(rows(n)), tmp_path).dataset for n in (3, 4, 3)]
    assert [dataset.version for dataset in made] == [0, 1, 2]
    assert made[2].sha256 == made[0].sha256


def test_broken_rows_lie_in_quarantine_with_their_reason_and_nowhere_else(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    bent = rows(10, {3: STORM, 5: NOWHERE | {"hour": 24}})
    made = ingest(source(bent, most_rejected=0.2), tmp_path).dataset
    aside = read_version(quarantine_of(tmp_path, "voyage"))[1].sort("event_time")
    assert (made.rows, made.quarantined) == (8, 2)
    assert stored(tmp_path).equals(
        rows(10).filter(~pl.col("row_id").is_in(aside["row_id"].implode()))
    )
    assert aside.drop("reason").equals(bent[[3, 5]])
    assert aside["reason"].to_list() == [
        "wind: breaks le 60.5",
        "hour: breaks le 23; origin: not a known category",
    ]


def test_too_many_broken_rows_fail_the_run_and_leave_the_dataset_alone(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    before = ingest(source(rows(10)), tmp_path).dataset
    with pytest.raises(TooManyRejected, match=r"3 of 10 rows .* more than 20.00%") as refused:
        ingest(source(rows(10, {1: STORM, 2: STORM, 3: STORM}), most_rejected=0.2), tmp_path)
    aside = read_version(quarantine_of(tmp_path, "voyage"))[1]
    assert refused.value.place == str(quarantine_of(tmp_path, "voyage"))
    assert sorted(aside["row_id"]) == ["voyage 1", "voyage 2", "voyage 3"]
    assert latest(table_of(tmp_path, "voyage")) == before


def test_the_share_that_is_tolerated_is_itself_tolerated(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    made = ingest(source(rows(10, {1: STORM, 2: STORM}), most_rejected=0.2), tmp_path)
    assert made.dataset.rows == 8


def test_rows_without_time_or_with_one_id_can_be_quarantined(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    bent = rows(5, {0: {"event_time": None}, 1: {"row_id": "voyage 2"}})
    for frame in (bent, bent.reverse()):
        made = ingest(source(frame, most_rejected=1.0), tmp_path)
        assert made.dataset.rows == 2
    aside, quarantined = read_version(quarantine_of(tmp_path, "voyage"))
    assert aside.version == 0
    assert quarantined.null_count()["event_time"].item() == 1


def test_rows_that_were_left_out_are_counted(rows: Rows, source: Source, tmp_path: Path) -> None:
    made = ingest(source(rows(2), left_out={"cancelled": 7}), tmp_path).dataset
    assert made.left_out == {"cancelled": 7}
    assert read_version(table_of(tmp_path, "voyage"))[0].left_out == {"cancelled": 7}


@pytest.mark.parametrize(
    ("count", "bent"),
    [
        pytest.param(0, {}, id="a source without rows"),
        pytest.param(1, {0: STORM}, id="a source without a good row"),
    ],
)
def test_nothing_to_keep_is_empty_and_leaves_the_dataset_alone(
    rows: Rows, source: Source, tmp_path: Path, count: int, bent: dict[int, dict[str, object]]
) -> None:
    before = ingest(source(rows(10)), tmp_path).dataset
    with pytest.raises(DatasetEmpty, match="source of voyage: the source has no usable rows"):
        ingest(source(rows(count, bent), most_rejected=1.0), tmp_path)
    assert latest(table_of(tmp_path, "voyage")) == before


def test_a_source_that_lacks_a_column_is_unavailable_and_writes_nothing(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    with pytest.raises(SourceUnavailable, match="column wind is missing"):
        ingest(source(rows(3).drop("wind")), tmp_path)
    assert list(tmp_path.iterdir()) == []
