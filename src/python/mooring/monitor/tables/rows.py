"""Records of the log as rows of the tables.

A feature becomes a column by its name and by what its values are: `number_hour`, `text_origin`.
When a later contract gives a name to values of another type, both columns stay readable, and no
feature can take the name of a column of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import polars as pl

from mooring.monitor.tables.delta import DAY, ID
from mooring.predictionlog.context import Context, LoggedFeature
from mooring.predictionlog.records import Labels, Predictions, Records

NUMBER, TEXT = "number_", "text_"
TIME = pl.Datetime("us", "UTC")  # the unit that Delta stores

# Times outside are nobody's: a clock gone mad, an id that is none. Such a row is kept, on no day.
_EARLIEST, _LATEST = (
    int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1_000) for year in (1970, 2200)
)

PREDICTION_COLUMNS = pl.Schema(
    {
        ID: pl.String(), "version": pl.Int64(), "bundle": pl.String(), "contract": pl.String(),
        "role": pl.String(), "at": TIME, "caller": pl.String(), "prediction": pl.Float64(),
    }
)  # fmt: skip
LABEL_COLUMNS = pl.Schema(
    {
        ID: pl.String(), "label": pl.Float64(), "observed": TIME, "received": TIME,
        "caller": pl.String(), "right": pl.String(), "conflict": pl.Boolean(),
    }
)  # fmt: skip


class Gathered(Protocol):
    """Records that are gathered until they are worth a part; `rows` is how many."""

    rows: int

    def take(self, records: Records) -> None:
        """Take one frame's records."""

    def frames(self) -> Iterator[pl.DataFrame]:
        """What was gathered, each frame with its day, and forget it."""


def column_of(feature: LoggedFeature) -> str:
    """The column of a feature's values; a hash is text whatever it was made of."""
    text = feature.kind == "string" or feature.treatment == "hashed"
    return f"{TEXT if text else NUMBER}{feature.name}"


@dataclass
class _OfOne:
    """The predictions of one context, by columns."""

    context: Context
    ids: list[str] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {feature.name: [] for feature in self.context.columns}

    def take(self, batch: Predictions) -> None:
        rows = len(batch.ids)
        self.ids += batch.ids
        self.at += [batch.at] * rows
        self.callers += [batch.caller] * rows
        self.values += batch.values
        for name, column in batch.columns.items():
            self.columns[name] += column

    def frame(self) -> pl.DataFrame:
        said = self.context
        time = _time(_numbers(self.at, pl.Int64()))
        shared = {
            "version": said.version, "bundle": said.bundle, "contract": said.contract,
            "role": said.role,
        }  # fmt: skip
        features = [
            _feature(column_of(feature), self.columns[feature.name]) for feature in said.columns
        ]
        return (
            pl.DataFrame({ID: self.ids, "caller": self.callers, "at": time})
            .with_columns(_numbers(self.values, pl.Float64()).alias("prediction"))
            .with_columns(**{name: pl.lit(value) for name, value in shared.items()})
            .cast({"version": pl.Int64()})
            .select(*PREDICTION_COLUMNS, pl.col("at").dt.date().alias(DAY))
            .with_columns(features)
        )


@dataclass
class GatheredPredictions:
    """Predictions of many requests."""

    rows: int = 0
    _by_context: dict[int, _OfOne] = field(default_factory=dict)

    def take(self, records: Records) -> None:
        """Take one frame's records."""
        if not isinstance(records, Predictions):
            return
        gathered = self._by_context.get(records.context.key)
        if gathered is None:
            gathered = self._by_context[records.context.key] = _OfOne(records.context)
        gathered.take(records)
        self.rows += len(records.ids)

    def frames(self) -> Iterator[pl.DataFrame]:
        """One frame for each set of features, whatever versions had it; sorted by id."""
        alike: dict[tuple[str, ...], list[pl.DataFrame]] = {}
        for gathered in self._by_context.values():
            frame = gathered.frame()
            alike.setdefault(tuple(sorted(frame.columns)), []).append(frame)
        self._by_context.clear()
        self.rows = 0
        for frames in alike.values():
            yield pl.concat([frame.select(frames[0].columns) for frame in frames]).sort(ID)


@dataclass
class GatheredLabels:
    """Labels of many requests."""

    rows: int = 0
    _columns: dict[str, list[Any]] = field(default_factory=dict)

    def take(self, records: Records) -> None:
        """Take one frame's records."""
        if not isinstance(records, Labels):
            return
        rows = len(records.ids)
        said = {
            ID: records.ids, "label": records.labels, "observed": records.observed,
            "received": [records.received] * rows, "caller": [records.caller] * rows,
            "right": [records.right] * rows, "conflict": records.conflicts,
        }  # fmt: skip
        for name, column in said.items():
            self._columns.setdefault(name, []).extend(column)
        self.rows += rows

    def frames(self) -> Iterator[pl.DataFrame]:
        """All labels as one frame, by the day of their ids; sorted by id."""
        if not self.rows:
            return
        said, self._columns, self.rows = self._columns, {}, 0
        times = {
            name: _time(_numbers(said.pop(name), pl.Int64())) for name in ("observed", "received")
        }
        label = _numbers(said.pop("label"), pl.Float64())
        frame = pl.DataFrame({**said, "label": label, **times})
        yield frame.select(*LABEL_COLUMNS, day_of_id().alias(DAY)).sort(ID)


def day_of_id() -> pl.Expr:
    """The day that an id was made on, null for what is no id (see predictionlog.labels)."""
    made = pl.col(ID).str.head(12).str.to_integer(base=16, dtype=pl.Int64(), strict=False)
    sane = made.is_between(_EARLIEST, _LATEST, closed="left")
    return pl.when(sane).then(made).cast(pl.Datetime("ms", "UTC")).dt.date()


def _time(milliseconds: pl.Series) -> pl.Series:
    sane = milliseconds.is_between(_EARLIEST, _LATEST, closed="left")
    known = milliseconds.to_frame("ms").select(pl.when(sane).then(pl.col("ms"))).to_series()
    return known.cast(pl.Datetime("ms", "UTC")).cast(TIME)


def _feature(name: str, values: list[Any]) -> pl.Series:
    if name.startswith(TEXT):
        return pl.Series(name, values, pl.String(), strict=False)
    return _numbers(values, pl.Float64()).alias(name)


def _numbers(values: list[Any], kind: pl.DataType) -> pl.Series:
    return pl.Series(values, dtype=kind, strict=False)
