"""From a file's columns to a dataset's: names, declared kinds, label, event time and row id."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from mooring.contract.contract import Contract
from mooring.contract.feature import EXACT_INTEGER, Kind
from mooring.data.errors import SourceUnavailable
from mooring.data.source import EVENT_TIME, ROW_ID

# Days that rows without a time are dealt to: a split by whole days is exact to the percent.
DEALT_DAYS = 100
FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)

# Another number would be another split; there is no reason to want one.
_SEED = b"mooring"

_INSTANT = pl.Datetime("us", UTC)
_FORMS = (
    *("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"),
    *("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"),
)
_TRUTH = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}


@dataclass(frozen=True)
class Shape:
    """Which of a file's columns is what; see `mooring.data.files.file_source`."""

    contract: Contract
    label: str
    event_time: str | None = None
    row_id: str | None = None
    positive: str | None = None
    instants: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    def apply(self, table: pl.DataFrame, place: str, first: int = 1) -> pl.DataFrame:
        """Rows as ingest wants them; `first` is the number of the first one in the file.

        Raises SourceUnavailable for a column that is missing or does not hold what it should.
        """
        self._refuse_missing(table, place)
        features = [
            _as(f.kind, table[self.column(f.name)], place).alias(f.name)
            for f in self.contract.features
        ]
        rows = pl.DataFrame(features)
        return rows.with_columns(
            self._label(table, place).alias(self.contract.prediction.label),
            self._time(table, rows, place).alias(EVENT_TIME),
            self._id(table, first).alias(ROW_ID),
            *(_instants(table[name], place) for name in self.instants),
        )

    def classes(self, table: pl.DataFrame) -> frozenset[str]:
        """The names that the label holds where `positive` is one of two."""
        if self.positive is None:
            return frozenset()
        return frozenset(table[self.label].drop_nulls().unique().cast(pl.String))

    def refuse_classes(self, classes: frozenset[str], place: str) -> None:
        """Raise SourceUnavailable for more classes than two, over all of a file."""
        if len(classes) > 2:
            cure = "Make it two in data.py; more classes than two are not supported."
            raise _unusable(place, f"the label {self.label} has more than two values", cure)

    def column(self, feature: str) -> str:
        """The file's column of a feature: of the same name unless `columns` says another."""
        return self.columns.get(feature, feature)

    def _refuse_missing(self, table: pl.DataFrame, place: str) -> None:
        own = (self.label, self.event_time, self.row_id, *self.instants)
        features = map(self.column, self.contract.feature_names)
        wanted = [*features, *(name for name in own if name is not None)]
        if missing := [name for name in wanted if name not in table.columns]:
            problem = f"column {', '.join(missing)} is missing"
            raise _unusable(place, problem, "Mend the model's data.py or its contract.")

    def _label(self, table: pl.DataFrame, place: str) -> pl.Series:
        found = table[self.label]
        if self.contract.prediction.kind == "number":
            return _as("float", found, place)
        if self.positive is not None:
            return found.cast(pl.String) == self.positive
        truth = _truth(found)
        if truth.null_count() > found.null_count():
            problem = f"the label {self.label} is not true and false or 1 and 0"
            cure = "Say in data.py which value is asked for: file_source(…, positive=…)."
            raise _unusable(place, problem, cure)
        return truth

    def _time(self, table: pl.DataFrame, features: pl.DataFrame, place: str) -> pl.Series:
        if self.event_time is None:
            days = pl.duration(days=pl.lit(_dealt(features)))
            return pl.select(pl.lit(FIRST_DAY, _INSTANT) + days).to_series()
        return _instants(table[self.event_time], place)

    def _id(self, table: pl.DataFrame, first: int) -> pl.Series:
        if self.row_id is not None:
            return table[self.row_id].cast(pl.String)
        return pl.int_range(first, first + len(table), eager=True).cast(pl.String)


def _as(kind: Kind, found: pl.Series, place: str) -> pl.Series:
    """The values as the contract's kind, exactly, or SourceUnavailable."""
    if kind == "integer" and found.dtype.is_float():
        found = found.fill_nan(None)  # what pandas makes of integers with a gap
    match kind:
        case "string":
            made = _text(found)
        case "boolean":
            made = _truth(found)
        case "integer":
            made = _whole(found)
        case "float":
            made = found if found.dtype.is_numeric() else _parsed(found)
    if made.null_count() > found.null_count():
        problem = f"column {found.name} is not of the kind that is declared"
        raise _unusable(place, problem, "Mend the model's data.py or its contract.")
    return made


def _text(found: pl.Series) -> pl.Series:
    texts = found.dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null)
    return found.cast(pl.String) if texts else _nothing(found)


def _parsed(found: pl.Series) -> pl.Series:
    readable = found.dtype in (pl.String, pl.Null)
    return found.cast(pl.Float64, strict=False) if readable else _nothing(found)


def _whole(found: pl.Series) -> pl.Series:
    """Integers stay exact: only what is no integer in writing, like 3.0, is read as a float."""
    if found.dtype.is_float():
        return _without_fraction(found)
    exact = found.cast(pl.Int64, strict=False)
    if found.dtype == pl.Boolean or exact.null_count() == found.null_count():
        return exact if found.dtype != pl.Boolean else _nothing(found)
    return exact.fill_null(_without_fraction(_parsed(found)))


def _without_fraction(found: pl.Series) -> pl.Series:
    exact = (found.round() == found) & (found.abs() <= EXACT_INTEGER)
    return found.set(~exact.fill_null(False), None).cast(pl.Int64)


def _truth(found: pl.Series) -> pl.Series:
    if found.dtype == pl.Boolean:
        return found
    spelled = found.cast(pl.String, strict=False).str.to_lowercase()
    return spelled.replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)


def _instants(found: pl.Series, place: str) -> pl.Series:
    """Instants in UTC out of dates, instants, or their text in ISO 8601."""
    made = found
    if found.dtype == pl.String:
        made = _zoned(found)
    elif found.dtype == pl.Date or (found.dtype == pl.Datetime and _zone(found) is None):
        made = found.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    elif found.dtype != pl.Datetime:
        made = _nothing(found)
    if made.null_count() > found.null_count():
        cure = "Write times in ISO 8601, such as 2013-01-31T17:00:00Z."
        raise _unusable(place, f"column {found.name} does not hold dates or instants", cure)
    return made.cast(_INSTANT)


def _zone(found: pl.Series) -> str | None:
    return getattr(found.dtype, "time_zone", None)


def _zoned(found: pl.Series) -> pl.Series:
    """Each text by the first form that fits it; a text without a zone is in UTC."""
    text = pl.col(found.name).str.strip_chars().str.replace(" ", "T", literal=True)
    forms = [
        text.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False) for form in _FORMS
    ]
    day = text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    made = pl.coalesce(*forms, day.dt.replace_time_zone("UTC"))
    return found.to_frame().select(made.alias(found.name)).to_series()


def _dealt(features: pl.DataFrame) -> pl.Series:
    """A day for each row, by what it says: any machine deals the same, and equal rows alike."""
    cells = [pl.col(name).cast(pl.String).fill_null("\x00") for name in features.columns]
    written = features.select(pl.concat_str(cells, separator="\x1f")).to_series()
    return pl.Series([_day(text) for text in written], dtype=pl.Int64)


def _day(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=8, key=_SEED).digest()
    return int.from_bytes(digest, "big") % DEALT_DAYS


def _nothing(found: pl.Series) -> pl.Series:
    return pl.Series(found.name, [None] * len(found), dtype=pl.Int64)


def _unusable(place: str, problem: str, cure: str) -> SourceUnavailable:
    return SourceUnavailable(problem, place=place, cure=cure)
