"""A Delta table as a list of parts: what is in it, and commits that add and remove some.

Parts are written by us and only named to Delta. So every part keeps the columns of the contract
that its rows were made with, sorted by id, and its lowest and highest id are in the log: whoever
joins by id opens only the parts that can hold it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema, Transaction
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from mooring.predictionlog.files import sync_folder

DAY = "day"
ID = "prediction_id"

# The application of Delta's transaction identifiers.
_APP = "mooring.collect"

# Commits between two checkpoints: a table is opened by reading one and what follows it.
_CHECKPOINT_EVERY = 50

# What Delta forgets of itself: commits after a day, removed parts after an hour, when whoever
# still reads them has had time to end.
_CONFIGURATION = {
    "delta.logRetentionDuration": "interval 1 days",
    "delta.deletedFileRetentionDuration": "interval 1 hours",
    "delta.checkpointInterval": str(_CHECKPOINT_EVERY),
}

# Checkpoints are made after the commit is known to have succeeded: one that fails must not look
# like a commit that failed.
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


@dataclass(frozen=True)
class Part:
    """One Parquet file of a table; ids from `lower` to `upper`, null where they are not known."""

    path: Path
    name: str  # in the table
    day: date | None
    rows: int
    size: int
    lower: str | None
    upper: str | None

    def overlaps(self, lower: str | None, upper: str | None) -> bool:
        """Whether it may hold an id of that range, both ends included; null is an open end."""
        below = self.upper is not None and lower is not None and self.upper < lower
        above = self.lower is not None and upper is not None and self.lower > upper
        return not (below or above)


def transaction_of(uri: Path) -> int:
    """The number of the last transaction; 0 where there was none, or is no table."""
    if not DeltaTable.is_deltatable(str(uri)):
        return 0
    return DeltaTable(str(uri)).transaction_version(_APP) or 0


def parts_of(uri: Path) -> tuple[Part, ...]:
    """The parts of a table now, by name; none where there is no table."""
    if not DeltaTable.is_deltatable(str(uri)):
        return ()
    table = DeltaTable(str(uri))
    rows = pl.DataFrame(table.get_add_actions(flatten=True)).to_dicts()
    return tuple(sorted((_part(uri, row) for row in rows), key=lambda part: part.name))


def _part(uri: Path, row: dict[str, Any]) -> Part:
    return Part(
        path=uri / row["path"],
        name=row["path"],
        day=row[f"partition.{DAY}"],
        rows=row["num_records"],
        size=row["size_bytes"],
        lower=row.get(f"min.{ID}"),
        upper=row.get(f"max.{ID}"),
    )


def commit(
    uri: Path,
    added: Sequence[AddAction],
    columns: pl.Schema,
    *,
    removed: Iterable[Part] = (),
    transaction: int | None = None,
) -> None:
    """Add and remove parts in one commit that survives a power cut.

    `columns` are those of the added parts; the table's schema grows by what is new among them.
    Raises what deltalake raises; then nothing has changed, or the transaction tells that it has.
    """
    now = int(time.time() * 1_000)
    gone = [
        RemoveAction(part.name, not added, now, part.size, {DAY: _text(part.day)})
        for part in removed
    ]
    told = CommitProperties(
        app_transactions=None if transaction is None else [Transaction(_APP, transaction)]
    )
    table = _open(uri, columns)
    table.create_write_transaction(
        [*added, *gone],
        "append",
        table.schema(),
        [DAY],
        commit_properties=told,
        post_commithook_properties=_NO_HOOKS,
    )
    _sync(uri)


def tidy(uri: Path) -> None:
    """Write a checkpoint when one is due, and forget commits that are older than a day."""
    table = DeltaTable(str(uri))
    if table.version() - _checkpoint(uri) >= _CHECKPOINT_EVERY:
        table.create_checkpoint()
        table.cleanup_metadata()


def vacuum(uri: Path, keep_hours: int = 1) -> None:
    """Delete parts that were removed so long ago, and the folders of days that are empty."""
    if not DeltaTable.is_deltatable(str(uri)):
        return
    DeltaTable(str(uri)).vacuum(
        keep_hours,
        dry_run=False,
        enforce_retention_duration=False,
        post_commithook_properties=_NO_HOOKS,
    )
    for folder in uri.glob(f"{DAY}=*"):
        with suppress(OSError):  # not empty
            folder.rmdir()


def _open(uri: Path, columns: pl.Schema) -> DeltaTable:
    """The table with at least these columns. New ones are a commit of their own, which changes
    nothing for any row: an append does not add any.
    """
    if not DeltaTable.is_deltatable(str(uri)):
        uri.mkdir(parents=True, exist_ok=True)
        create_table_with_add_actions(
            str(uri), _schema(columns), [], partition_by=[DAY], configuration=_CONFIGURATION
        )
    table = DeltaTable(str(uri))
    present = {field.name for field in table.schema().fields}
    new = [field for field in _schema(columns).fields if field.name not in present]
    if new:
        table.alter.add_columns(new, post_commithook_properties=_NO_HOOKS)
    return table


def _schema(columns: pl.Schema) -> Schema:
    day = pl.Schema(dict(columns) | {DAY: pl.Date()})
    return Schema.from_arrow(pl.DataFrame(schema=day).to_arrow().schema)


def _checkpoint(uri: Path) -> int:
    """The version of the last checkpoint; 0 before the first."""
    told = uri / "_delta_log" / "_last_checkpoint"
    return int(json.loads(told.read_bytes())["version"]) if told.exists() else 0


def _sync(uri: Path) -> None:
    """deltalake does not sync what it writes, and the segments are deleted next."""
    log = uri / "_delta_log"
    newest = max(log.glob("*.json"))
    handle = os.open(newest, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(log)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
