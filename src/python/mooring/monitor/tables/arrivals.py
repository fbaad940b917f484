"""Labels that have just come: what became of each, and the days of events that they change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from mooring.monitor.tables.counts import Counts
from mooring.monitor.tables.delta import DAY, ID, Part, parts_of
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.outcomes import ORDER, judged, no_predictions
from mooring.monitor.tables.parts import GROUP_ROWS
from mooring.monitor.tables.reading import Span, batches, between, overlapping
from mooring.monitor.tables.rows import LABEL_COLUMNS
from mooring.telemetry.quality import LABEL_DELAY_SECONDS

_NEW = "new"


def arrived(
    tables: Tables, new: pl.DataFrame, horizon_seconds: float
) -> tuple[Counts, frozenset[date]]:
    """Count labels that are about to be committed, each once, by what is known when it comes.

    `new` is sorted by id. A label that precedes its prediction is counted as unknown, and joined
    by whoever reads later.
    """
    asked, days = [no_predictions()], set[date]()
    for part, rows in _of_ids(parts_of(tables.predictions), new, [ID, "caller", "at"]):
        asked.append(rows)
        if part.day is not None:
            days.add(part.day)
    columns = LABEL_COLUMNS.names()
    earlier = [rows for _, rows in _of_ids(parts_of(tables.labels), new, columns)]
    said = pl.concat(
        [new.drop(DAY).with_columns(pl.lit(True).alias(_NEW))]
        + [rows.select(columns).with_columns(pl.lit(False).alias(_NEW)) for rows in earlier]
    )
    # What was counted as the first stays so, although one that comes now was received before it.
    found = judged(said, pl.concat(asked), horizon_seconds, (_NEW, *ORDER)).filter(_NEW)
    return _counted(found), frozenset(days)


def _of_ids(
    parts: tuple[Part, ...], new: pl.DataFrame, columns: list[str]
) -> Iterator[tuple[Part, pl.DataFrame]]:
    """Rows of the table that have an id of `new`, with the part that they lie in."""
    ids = new.select(ID).unique(maintain_order=True)
    lower, upper = ids[ID][0], ids[ID][-1]
    for part in overlapping(parts, lower, upper):
        for batch in batches(part, Span(lower, f"{upper}\0"), GROUP_ROWS, columns):
            rows = batch.join(between(ids, batch), on=ID, how="semi")
            if len(rows):
                yield part, rows.select(columns)


def _counted(found: pl.DataFrame) -> Counts:
    outcomes = dict(found["outcome"].value_counts().iter_rows())
    first = found.filter(pl.col("outcome").is_in(["joined", "late"]))
    delays = first["delay"].drop_nulls().to_numpy()
    beyond = np.searchsorted(LABEL_DELAY_SECONDS, delays, side="left")
    return Counts(
        labels=len(found),
        outcomes=outcomes,
        delays=tuple(np.bincount(beyond, minlength=len(LABEL_DELAY_SECONDS) + 1).tolist()),
        delay_seconds=float(delays.sum()),
    )
