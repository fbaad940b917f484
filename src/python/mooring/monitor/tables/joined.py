"""Predictions of a day with what became of them, and the labels that are good for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from mooring.monitor.tables.delta import DAY, ID, Part, parts_of
from mooring.monitor.tables.layout import Tables
from mooring.monitor.tables.outcomes import judged, no_predictions, with_outcomes
from mooring.monitor.tables.parts import GROUP_ROWS
from mooring.monitor.tables.reading import (
    LABELS_AT_ONCE,
    Span,
    batches,
    between,
    bounds,
    overlapping,
    spans,
)
from mooring.monitor.tables.rows import LABEL_COLUMNS, NUMBER, PREDICTION_COLUMNS, TEXT

_SAID = LABEL_COLUMNS.names()

# What a joined frame has besides features.
OWN_COLUMNS = (*PREDICTION_COLUMNS.names(), "label", "observed_at", "label_caller", "state")


def days(tables: Tables) -> tuple[date, ...]:
    """The days of events that have predictions, in order."""
    return tuple(sorted({part.day for part in parts_of(tables.predictions) if part.day}))


def joined(
    tables: Tables,
    day: date,
    *,
    rows: int = GROUP_ROWS,
    labels_at_once: int = LABELS_AT_ONCE,
) -> Iterator[pl.DataFrame]:
    """The predictions whose events are of `day` (UTC), up to `rows` at a time, in any order.

    Each frame has `OWN_COLUMNS` (times are Datetime in ms, UTC) and a column for each feature that
    was logged with its rows, named as the feature, or `number_…` or `text_…` where that is a name
    of ours. All rows of a frame were logged with the same features; frames of one day may differ.
    """
    parts = [part for part in parts_of(tables.predictions) if part.day == day]
    said = overlapping(parts_of(tables.labels), *bounds(parts))
    for span in spans(said, labels_at_once):
        labels = _labels(said, span)
        for part in parts:
            for batch in batches(part, span, rows):
                yield _shown(with_outcomes(batch, between(labels, batch)))


def quarantined(
    tables: Tables, day: date, *, labels_at_once: int = LABELS_AT_ONCE
) -> Iterator[pl.DataFrame]:
    """Labels that no prediction may be learned from, of ids that were made on `day` (UTC).

    Frames have the columns of the labels' table and `reason`: "stranger", "conflict" or "unknown".
    A label leaves quarantine by itself when its prediction comes, and enters it when another label
    contradicts.
    """
    said = [part for part in parts_of(tables.labels) if part.day == day]
    for span in spans(said, labels_at_once):
        labels = _labels(said, span)
        asked = _asked(overlapping(parts_of(tables.predictions), *bounds(said)), span, labels)
        found = judged(labels, asked, 0.0).rename({"outcome": "reason"}).select(*_SAID, "reason")
        kept = found.filter(pl.col("reason").is_in(["stranger", "conflict", "unknown"]))
        if len(kept):
            yield kept


def _labels(parts: Sequence[Part], span: Span) -> pl.DataFrame:
    """Labels of a span of ids, sorted by id. One without a value says nothing."""
    found = [
        batch.select(_SAID) for part in parts for batch in batches(part, span, GROUP_ROWS, _SAID)
    ]
    frame = pl.concat(found) if found else pl.DataFrame(schema=LABEL_COLUMNS)
    return frame.drop_nulls([ID, "label"]).sort(ID)


def _asked(parts: Sequence[Part], span: Span, labels: pl.DataFrame) -> pl.DataFrame:
    """The predictions that labels are of."""
    wanted = [ID, "caller", "at"]
    found = [no_predictions()]
    for part in parts:
        found += [
            batch.select(wanted).join(between(labels, batch), on=ID, how="semi")
            for batch in batches(part, span, GROUP_ROWS, wanted)
        ]
    return pl.concat(found).unique()


def _shown(batch: pl.DataFrame) -> pl.DataFrame:
    times = pl.col("at", "observed_at").cast(pl.Datetime("ms", "UTC"))
    features = [name for name in batch.columns if name not in {*OWN_COLUMNS, DAY}]
    return batch.with_columns(times).select(*OWN_COLUMNS, *features).rename(_names(features))


def _names(columns: Sequence[str]) -> dict[str, str]:
    """Columns to the features they hold, unless that is a name of ours."""
    names = {column: column[len(_prefix(column)) :] for column in columns}
    taken = {*OWN_COLUMNS, *columns}
    return {column: name for column, name in names.items() if name not in taken}


def _prefix(column: str) -> str:
    return NUMBER if column.startswith(NUMBER) else TEXT
