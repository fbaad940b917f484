"""Erasing predictions and labels by their ids, from every file of the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mooring.monitor.tables.delta import DAY, ID, Part, commit, parts_of, vacuum
from mooring.monitor.tables.layout import Tables, held
from mooring.monitor.tables.parts import GROUP_ROWS, sweep, writing
from mooring.monitor.tables.reading import Span, batches, overlapping
from mooring.monitor.tables.refusals import refusals


@dataclass(frozen=True)
class Forgotten:
    """How many rows are gone, and damaged segments, which were not searched."""

    predictions: int = 0
    labels: int = 0
    unsearched: tuple[Path, ...] = ()


def forget(tables: Tables, names: Iterable[str]) -> Forgotten:
    """Erase all rows of these predictions; gives how many there were.

    Waits for a pass that is under way. Parts that were replaced are deleted at once, also from
    under who reads them. Raises TablesUnwritable.
    """
    if not tables.folder.is_dir():
        return Forgotten()
    wanted = sorted(set(names))
    with held(tables, wait=True), refusals(tables):
        sweep(tables)
        return Forgotten(
            _forget(tables, tables.predictions, wanted),
            _forget(tables, tables.labels, wanted),
            tuple(sorted(tables.damaged.iterdir())) if tables.damaged.is_dir() else (),
        )


def _forget(tables: Tables, table: Path, wanted: Collection[str]) -> int:
    wanted_only = pl.col(ID).is_in(wanted)
    lower, upper = (min(wanted), max(wanted)) if wanted else ("", "")
    gone = sum(
        _rewrite(tables, table, part, wanted_only)
        for part in overlapping(parts_of(table), lower, upper)
        if _holds(part, wanted_only)
    )
    if gone:
        vacuum(table, keep_hours=0)
    return gone


def _holds(part: Part, wanted: pl.Expr) -> bool:
    return any(len(rows.filter(wanted)) for rows in batches(part, Span(), GROUP_ROWS, [ID]))


def _rewrite(tables: Tables, table: Path, part: Part, wanted: pl.Expr) -> int:
    rows = pl.concat(batches(part, Span(), GROUP_ROWS))
    kept = rows.filter(~wanted)
    with writing(tables, table) as parts:
        if len(kept):
            parts.write(kept.with_columns(pl.lit(part.day, pl.Date()).alias(DAY)))
        commit(table, parts.added, parts.columns, removed=[part])
    return len(rows) - len(kept)
