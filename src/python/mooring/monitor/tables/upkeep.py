"""So that nothing grows for ever: parts of a day become one, old days go, Delta forgets.

Readers in other processes are not asked: a part that was replaced lies on disk for another hour,
and whoever began to read before goes on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
from pyarrow.parquet import read_schema

from mooring.monitor.tables.delta import DAY, ID, Part, commit, parts_of, tidy, vacuum
from mooring.monitor.tables.layout import Tables, held
from mooring.monitor.tables.parts import GROUP_ROWS, Parts, sweep, writing
from mooring.monitor.tables.reading import batches, overlapping, spans
from mooring.monitor.tables.refusals import refusals

# Rows of a part that is large enough to be left alone, and that are sorted at once to make one.
PART_ROWS = 524_288


def compact(tables: Tables, *, part_rows: int = PART_ROWS) -> int:
    """Make the small parts of each day one, sorted by id; gives how many parts went.

    Rows that were logged with other features stay apart. A day of more than `part_rows` rows
    becomes several parts, whose ids do not overlap. Raises TablesBusy, TablesUnwritable.
    """
    with held(tables), refusals(tables):
        sweep(tables)
        gone = sum(
            _compact(tables, table, part_rows) for table in (tables.predictions, tables.labels)
        )
        _forget(tables)
        return gone


def retain(tables: Tables, before: date) -> int:
    """Drop what is of days before `before`; gives how many parts went.

    Predictions go by the day of their events, rows of no day with the first call. Labels go by the
    day of their ids, and stay while a prediction is left that they could be of. Damaged segments go
    by when they were written last. Raises TablesBusy, TablesUnwritable.
    """
    with held(tables), refusals(tables):
        sweep(tables)
        predictions = parts_of(tables.predictions)
        old = [part for part in predictions if _is_old(part, before)]
        kept = [part for part in predictions if not _is_old(part, before)]
        unneeded = [
            part
            for part in parts_of(tables.labels)
            if _is_old(part, before) and not overlapping(kept, part.lower, part.upper)
        ]
        for table, parts in ((tables.predictions, old), (tables.labels, unneeded)):
            if parts:
                commit(table, [], pl.Schema(), removed=parts)
        _forget(tables)
        _drop_damaged(tables, before)
        return len(old) + len(unneeded)


def _drop_damaged(tables: Tables, before: date) -> None:
    for segment in tables.damaged.iterdir() if tables.damaged.is_dir() else ():
        if datetime.fromtimestamp(segment.stat().st_mtime, UTC).date() < before:
            segment.unlink()


def _compact(tables: Tables, table: Path, part_rows: int) -> int:
    alike: dict[tuple[date | None, frozenset[str]], list[Part]] = {}
    for part in parts_of(table):
        if part.rows < part_rows:
            columns = frozenset(read_schema(part.path).names)
            alike.setdefault((part.day, columns), []).append(part)
    gone = 0
    for parts in alike.values():
        if len(parts) > 1:
            _merge(tables, table, parts, part_rows)
            gone += len(parts)
    return gone


def _merge(tables: Tables, table: Path, parts: Sequence[Part], part_rows: int) -> None:
    columns = sorted(read_schema(parts[0].path).names, key=_own_first)
    with writing(tables, table, data_change=False) as merged:
        for span in spans(parts, part_rows):
            rows = [
                batch.select(columns) for part in parts for batch in batches(part, span, GROUP_ROWS)
            ]
            if rows:
                _write(merged, parts[0].day, pl.concat(rows).sort(ID, maintain_order=True))
        commit(table, merged.added, merged.columns, removed=parts)
    tidy(table)


def _write(merged: Parts, day: date | None, rows: pl.DataFrame) -> None:
    merged.write(rows.with_columns(pl.lit(day, pl.Date()).alias(DAY)))


def _own_first(column: str) -> tuple[bool, str]:
    return column != ID, column


def _is_old(part: Part, before: date) -> bool:
    return part.day is None or part.day < before


def _forget(tables: Tables) -> None:
    for table in (tables.predictions, tables.labels):
        vacuum(table)
