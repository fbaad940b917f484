"""An existing version is checked as ingest would check it today."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from mooring.contract.contract import Contract
from mooring.data.ingest import ingest, table_of
from mooring.data.source import DataSource
from mooring.data.validate import validate

Rows = Callable[..., pl.DataFrame]
Source = Callable[..., DataSource]


def test_what_was_ingested_is_sound(
    contract: Contract, rows: Rows, source: Source, tmp_path: Path
) -> None:
    made = ingest(source(rows(200)), tmp_path).dataset
    found = validate(contract, table_of(tmp_path, "voyage"), run_bytes=4_000)
    assert found.sound
    assert (found.dataset, found.rows, found.sha256) == (made, 200, made.sha256)


def test_an_older_version_is_checked_when_asked_for(
    contract: Contract, rows: Rows, source: Source, tmp_path: Path
) -> None:
    made = [ingest(source(rows(count)), tmp_path).dataset for count in (5, 7)]
    found = validate(contract, table_of(tmp_path, "voyage"), 0)
    assert found.sound
    assert found.dataset == made[0]


def test_rows_that_break_a_newer_contract_are_counted_by_reason(
    contract: Contract, rows: Rows, source: Source, tmp_path: Path
) -> None:
    ingest(source(rows(60)), tmp_path)
    wind, *others = contract.features
    stricter = contract.model_copy(
        update={"features": (wind.model_copy(update={"le": 4.0}), *others)}
    )
    found = validate(stricter, table_of(tmp_path, "voyage"), run_bytes=4_000)
    assert not found.sound
    assert found.sha256 == found.dataset.sha256
    # The wind rises by 0.1 from row to row.
    assert found.broken == {"wind: breaks le 4.0": 19}


def test_a_file_that_was_exchanged_under_a_version_is_noticed(
    contract: Contract, rows: Rows, source: Source, tmp_path: Path
) -> None:
    ingest(source(rows(5)), tmp_path)
    (part,) = (tmp_path / "voyage" / "rows").glob("month=2013-01/*.parquet")
    pl.read_parquet(part).with_columns(pl.col("wind") + 0.5).write_parquet(part)
    found = validate(contract, table_of(tmp_path, "voyage"))
    assert not found.sound
    assert found.broken == {}
