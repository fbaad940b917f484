"""Reading parts by ranges of ids, a bounded number of rows at a time.

Labels and predictions are joined by id, whatever their days: where ids and events are months apart,
as in a replay, a part's lowest and highest id say whether it can matter. What is too much for
memory is cut into spans of ids, each of which is read from all parts that overlap it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from pyarrow.parquet import ParquetFile, RowGroupMetaData

from mooring.monitor.tables.delta import ID, Part

# Labels that are held at a time, while predictions pass by: about 150 bytes each.
LABELS_AT_ONCE = 500_000

# Ids that are looked at to find where to cut: spans differ from each other by a few per cent.
_SAMPLE = 4_096


@dataclass(frozen=True)
class Span:
    """Ids from `lower` to before `upper`; null is an open end, so spans cover whatever is an id."""

    lower: str | None = None
    upper: str | None = None

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of it. An id that is null is in the first."""
        kept = pl.lit(True)
        if self.lower is not None:
            kept &= pl.col(ID) >= self.lower
        if self.upper is not None:
            kept &= (pl.col(ID) < self.upper) | (pl.col(ID).is_null() & (self.lower is None))
        return rows if self == Span() else rows.filter(kept)


def overlapping(parts: Iterable[Part], lower: str | None, upper: str | None) -> list[Part]:
    """The parts that may hold an id between two, both included."""
    return [part for part in parts if part.overlaps(lower, upper)]


def bounds(parts: Iterable[Part]) -> tuple[str | None, str | None]:
    """The lowest and the highest id of some parts; null where one of them does not know its own."""
    ends = [(part.lower, part.upper) for part in parts]
    lowers = [lower for lower, _ in ends if lower is not None]
    uppers = [upper for _, upper in ends if upper is not None]
    known = len(ends) == len(lowers) == len(uppers) and bool(ends)
    return (min(lowers), max(uppers)) if known else (None, None)


def spans(parts: Sequence[Part], most_rows: int) -> list[Span]:
    """Spans of ids that hold up to about so many rows of the parts each."""
    total = sum(part.rows for part in parts)
    if total <= most_rows:
        return [Span()]
    sample = _sampled(parts, max(1, total // _SAMPLE))
    step = max(1, len(sample) * most_rows // total)
    cuts = sorted(set(sample[step::step]))
    return [Span(*ends) for ends in zip([None, *cuts], [*cuts, None], strict=True)]


def batches(
    part: Part, span: Span, rows: int, columns: Sequence[str] | None = None
) -> Iterator[pl.DataFrame]:
    """The rows of a part in a span, up to so many at a time, sorted by id.

    Raises FileNotFoundError for a part that was removed an hour ago or longer.
    """
    with ParquetFile(part.path) as file:
        groups = [
            number
            for number in range(file.num_row_groups)
            if _may_hold(file.metadata.row_group(number), span)
        ]
        for batch in file.iter_batches(rows, row_groups=groups, columns=columns):
            found = span.of(pl.DataFrame(pl.from_arrow(batch)))
            if len(found):
                yield found


def between(sorted_rows: pl.DataFrame, batch: pl.DataFrame) -> pl.DataFrame:
    """Of rows those within the ids of a batch; both are sorted by id."""
    ids, ends = sorted_rows[ID], batch[ID].drop_nulls()
    if ends.is_empty():
        return sorted_rows.clear()
    lower = ids.search_sorted(ends[0], side="left")
    upper = ids.search_sorted(ends[-1], side="right")
    return sorted_rows.slice(lower, upper - lower)


def _sampled(parts: Sequence[Part], every: int) -> list[str]:
    """Every so-manieth id of all parts, sorted."""
    found: list[str] = []
    seen = 0
    for part in parts:
        for batch in batches(part, Span(), 1 << 16, [ID]):
            first = -seen % every
            found += batch[ID].drop_nulls().gather_every(every, first).to_list()
            seen += len(batch)
    return sorted(found)


def _may_hold(group: RowGroupMetaData, span: Span) -> bool:
    """Whether a row group may hold an id of a span, by the statistics that Parquet keeps."""
    column = next(
        (c for c in map(group.column, range(group.num_columns)) if c.path_in_schema == ID), None
    )
    if column is None or not column.is_stats_set or not column.statistics.has_min_max:
        return True
    low, high = column.statistics.min, column.statistics.max
    below = span.lower is not None and high < span.lower
    return not below and not (span.upper is not None and low >= span.upper)
