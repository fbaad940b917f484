"""One ingest of a dataset at a time, and nothing left behind by those that were killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from mooring.data.dataset import latest, read_version
from mooring.data.errors import DatasetBusy, SourceUnavailable
from mooring.data.ingest import ingest, table_of
from mooring.data.source import DataSource
from mooring.data.staging import STAGING, staging

Rows = Callable[..., pl.DataFrame]
Source = Callable[..., DataSource]


def test_a_second_ingest_of_a_dataset_is_refused_while_one_runs(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    with staging(tmp_path / "voyage") as ours:
        with pytest.raises(DatasetBusy, match="voyage: another ingest of this dataset is running"):
            ingest(source(rows(3)), tmp_path)
        assert ours.folder.is_dir()
    assert ingest(source(rows(3)), tmp_path).written


def test_the_next_ingest_sweeps_staging_and_stranded_parts(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    made = ingest(source(rows(3)), tmp_path).dataset
    month = tmp_path / "voyage" / "rows" / "month=2013-01"
    before = sorted((tmp_path / "voyage").rglob("*"))
    # As a kill between the move of the parts and the commit leaves it.
    dead = tmp_path / "voyage" / f"{STAGING}dead" / "rows" / "month=2013-01"
    dead.mkdir(parents=True)
    rows(1).write_parquet(dead / "dead-00001.parquet")
    rows(1).write_parquet(month / "dead-00000.parquet")
    assert not ingest(source(rows(3)), tmp_path).written
    assert sorted((tmp_path / "voyage").rglob("*")) == before
    assert latest(table_of(tmp_path, "voyage")) == made


def test_parts_of_a_version_stay_when_the_kill_came_after_its_commit(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    ingest(source(rows(3)), tmp_path)
    (part,) = (tmp_path / "voyage" / "rows").glob("month=*/*.parquet")
    (tmp_path / "voyage" / f"{STAGING}{part.name.split('-')[0]}").mkdir()
    ingest(source(rows(4)), tmp_path)
    assert len(read_version(table_of(tmp_path, "voyage"), 0)[1]) == 3
    assert not list((tmp_path / "voyage").glob(f"{STAGING}*"))


def test_a_source_that_fails_half_way_leaves_nothing(
    rows: Rows, source: Source, tmp_path: Path
) -> None:
    def batches() -> Iterator[pl.DataFrame]:
        yield rows(100)
        yield rows(100).drop("wind")

    with pytest.raises(SourceUnavailable, match="column wind is missing"):
        ingest(source(batches()), tmp_path, run_bytes=1_000)
    assert list(tmp_path.iterdir()) == []
