"""Reading dataset versions back, whole and by period."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from deltalake import CommitProperties, write_deltalake

from mooring.data.dataset import DESCRIPTION, DatasetVersion, between, latest, read_version
from mooring.data.digest import in_order
from mooring.data.errors import DatasetEmpty, DatasetMissing
from mooring.data.parts import Parts
from mooring.data.staging import staging

Rows = Callable[..., pl.DataFrame]


def written(dataset: Path, frame: pl.DataFrame) -> DatasetVersion:
    with staging(dataset) as stage:
        parts = Parts(dataset / "rows", stage, frame.schema)
        parts.write(in_order(frame))
        return parts.publish(name="voyage")[0]


def test_every_version_keeps_its_rows_and_its_description(rows: Rows, tmp_path: Path) -> None:
    versions = [written(tmp_path, rows(n)) for n in (3, 5, 2)]
    assert [version.version for version in versions] == [0, 1, 2]
    assert latest(tmp_path / "rows") == versions[-1]
    for version in versions:
        found, frame = read_version(tmp_path / "rows", version.version)
        assert found == version
        assert frame.sort("event_time").equals(rows(version.rows))


def test_a_table_is_partitioned_by_month(rows: Rows, tmp_path: Path) -> None:
    written(tmp_path, rows(12))
    assert {path.name for path in tmp_path.glob("rows/month=*")} == {
        "month=2013-01",
        "month=2013-02",
    }


def test_there_is_no_latest_version_before_the_first(tmp_path: Path) -> None:
    assert latest(tmp_path / "nowhere") is None


@pytest.mark.parametrize("version", [7, -1], ids=["one of the future", "a negative one"])
def test_an_unknown_version_is_missing(rows: Rows, tmp_path: Path, version: int) -> None:
    written(tmp_path, rows(1))
    with pytest.raises(DatasetMissing, match=f"there is no version {version}"):
        read_version(tmp_path / "rows", version)


def test_a_dataset_that_was_never_ingested_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="Run `mooring ingest <model>` first"):
        read_version(tmp_path / "nowhere")


def test_a_version_of_an_earlier_release_stays_readable_beside_newer_ones(
    rows: Rows, tmp_path: Path
) -> None:
    """It was written by deltalake itself, and its description knew no `known_at`."""
    old = rows(12).with_columns(month=pl.col("event_time").dt.strftime("%Y-%m"))
    told = {"name": "voyage", "sha256": "x", "rows": 12, "start": "", "end": ""}
    write_deltalake(
        tmp_path / "rows",
        old.to_arrow(),
        partition_by=["month"],
        commit_properties=CommitProperties(custom_metadata={DESCRIPTION: json.dumps(told)}),
    )
    newer = rows(5).with_columns(known_at=pl.col("event_time"))
    assert written(tmp_path, newer).version == 1
    found, frame = read_version(tmp_path / "rows", 0)
    assert found.known_at == {}
    assert frame.sort("event_time").equals(rows(12))
    assert read_version(tmp_path / "rows")[1].sort("event_time").equals(newer)


def test_a_table_of_somebody_else_is_refused(rows: Rows, tmp_path: Path) -> None:
    write_deltalake(str(tmp_path), rows(1).to_arrow())
    with pytest.raises(DatasetMissing, match="not written by ingest"):
        read_version(tmp_path)


@pytest.mark.parametrize(
    ("start", "end", "ids"),
    [
        pytest.param("2013-01-30", "2013-01-30", [0, 1, 2, 3], id="one whole day"),
        pytest.param("2013-01-31", "2013-02-01", [4, 5, 6, 7, 8, 9], id="both ends count"),
        pytest.param("2000-01-01", "2999-12-31", list(range(10)), id="everything"),
    ],
)
def test_between_selects_days_in_order_of_time(
    rows: Rows, start: str, end: str, ids: list[int]
) -> None:
    found = between(rows(10).reverse(), start, end)
    assert found["row_id"].to_list() == [f"voyage {i}" for i in ids]


def test_a_period_without_rows_is_empty(rows: Rows) -> None:
    with pytest.raises(DatasetEmpty, match="no rows between 2014-01-01 and 2014-12-31"):
        between(rows(10), "2014-01-01", "2014-12-31")
