"""Writing parts: Parquet files in the table's folder that no commit names yet.

Files of one writing share a token, and a mark beside the tables lies there as long as it lasts. A
writer that was killed leaves the mark, and the next one removes what no commit came to name.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
from deltalake.transaction import AddAction

from mooring.monitor.tables.delta import DAY, ID, parts_of
from mooring.monitor.tables.layout import Tables
from mooring.predictionlog.files import sync_folder

# Delta Lake's (and Hive's) name for the partition of rows without a value.
_NO_DAY = "__HIVE_DEFAULT_PARTITION__"

_MARK = ".writing-parts-"

# Rows of a Parquet row group, which is what a reader holds: 20 columns of them are 10 MB.
GROUP_ROWS = 65_536

# An id that is longer is none of ours and would only bloat the log of the table.
_LONGEST_ID = 128


@dataclass
class Parts:
    """Parts of one table in the making; `added` is what a commit has to name."""

    table: Path
    token: str
    data_change: bool = True
    added: list[AddAction] = field(default_factory=list)
    columns: pl.Schema = field(default_factory=pl.Schema)

    def write(self, rows: pl.DataFrame) -> None:
        """Write rows that are sorted by id, a part for each day. Raises OSError."""
        self.columns.update(rows.drop(DAY).schema)
        by_day = rows.partition_by(DAY, as_dict=True, include_key=False, maintain_order=True)
        for (day,), part in by_day.items():
            self.added.append(self._write(day, part))

    def _write(self, day: date | None, rows: pl.DataFrame) -> AddAction:
        text = None if day is None else day.isoformat()
        name = f"{DAY}={text or _NO_DAY}/{self.token}-{len(self.added):05}.parquet"
        path = self.table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_file(path, rows)
        return AddAction(
            path=name,
            size=path.stat().st_size,
            partition_values={DAY: text},
            modification_time=int(time.time() * 1_000),
            data_change=self.data_change,
            stats=json.dumps({"numRecords": len(rows), **_bounds(rows)}),
        )


@contextmanager
def writing(tables: Tables, table: Path, *, data_change: bool = True) -> Iterator[Parts]:
    """Parts to write and commit within the block; what is not committed is removed."""
    token = secrets.token_hex(8)
    mark = tables.folder / f"{_MARK}{token}"
    mark.touch()
    try:
        yield Parts(table, token, data_change)
    except BaseException:
        sweep(tables)
        raise
    mark.unlink()


def sweep(tables: Tables) -> None:
    """Remove what unfinished writings left. Under the tables' lock all of them are dead."""
    for mark in tables.folder.glob(f"{_MARK}*"):
        token = mark.name.removeprefix(_MARK)
        for table in (tables.predictions, tables.labels):
            _remove_uncommitted(table, token)
        mark.unlink()


def _remove_uncommitted(table: Path, token: str) -> None:
    left = list(table.glob(f"{DAY}=*/{token}-*"))
    committed = {part.path for part in parts_of(table)} if left else set()
    for path in left:
        if path not in committed:
            path.unlink()


def _bounds(rows: pl.DataFrame) -> dict[str, dict[str, str]]:
    lower, upper = rows[ID].min(), rows[ID].max()
    if not (isinstance(lower, str) and isinstance(upper, str)) or rows[ID].null_count():
        return {}
    if max(len(lower), len(upper)) > _LONGEST_ID:
        return {}
    return {"minValues": {ID: lower}, "maxValues": {ID: upper}}


def _write_file(path: Path, rows: pl.DataFrame) -> None:
    try:
        rows.write_parquet(path, row_group_size=GROUP_ROWS)
    except pl.exceptions.ComputeError as error:  # what polars makes of a full disk
        raise OSError(errno.EIO, str(error)) from error
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)
