"""A version in the making: rows that come in order become Parquet parts, a digest and counts.

Parts are written in staging in their final form. A version is then published by moving them into
the table and one Delta commit that names them, so no row is held or written twice.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from deltalake.transaction import AddAction

from mooring.data.dataset import DatasetVersion, Description, commit, latest
from mooring.data.digest import Digest
from mooring.data.source import EVENT_TIME, MONTH
from mooring.data.staging import Staging

# Delta Lake's (and Hive's) name for the partition of rows without a value.
_NO_MONTH = "__HIVE_DEFAULT_PARTITION__"


@dataclass
class Parts:
    """Rows of one table that come in order; `table` is where they are to go."""

    table: Path
    staging: Staging
    schema: pl.Schema
    rows: int = 0
    start: str = ""
    end: str = ""
    _parts: list[AddAction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._digest = Digest(self.schema)

    def write(self, rows: pl.DataFrame) -> None:
        """Take the next rows."""
        self._digest.update(rows)
        self._count(rows)
        month = pl.col(EVENT_TIME).dt.strftime("%Y-%m").alias(MONTH)
        by_month = rows.with_columns(month).partition_by(MONTH, as_dict=True, include_key=False)
        for (name,), part in by_month.items():
            self._parts.append(self._write(name, part))

    def publish(self, **told: Any) -> tuple[DatasetVersion, bool]:
        """Make the rows the table's content, in one commit, unless they are that already.

        The version that holds them, and whether it had to be written.
        """
        digest = self._digest.hexdigest()
        present = latest(self.table)
        if present is not None and present.sha256 == digest:
            return present, False
        description = Description(
            sha256=digest, rows=self.rows, start=self.start, end=self.end, **told
        )
        for part in self._parts:
            (self.table / part.path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self._aside / part.path, self.table / part.path)
        return commit(self.table, self._parts, self.schema, description), True

    @property
    def _aside(self) -> Path:
        return self.staging.folder / self.table.name

    def _count(self, rows: pl.DataFrame) -> None:
        days = rows[EVENT_TIME].dt.date().drop_nulls().cast(pl.String)
        self.rows += len(rows)
        self.start = self.start or str(days.min() or "")
        self.end = str(days.max() or self.end)

    def _write(self, month: str | None, rows: pl.DataFrame) -> AddAction:
        name = f"{MONTH}={month or _NO_MONTH}/{self.staging.name}-{len(self._parts):05}.parquet"
        path = self._aside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(path)
        return AddAction(
            path=name,
            size=path.stat().st_size,
            partition_values={MONTH: month},
            modification_time=int(time.time() * 1_000),
            data_change=True,
            stats=json.dumps({"numRecords": len(rows)}),
        )
