"""Rows of the prediction log in the shape of a dataset: which may be examples, and what of them
does not fit the contract.

A frame of the log has `prediction_id`, `contract` (digest), `role`, `at` (UTC), a column for each
logged feature, `label` (a number), `label_caller` and `state` ("none", "held", "disputed"). A
feature that is named like one of these, or like another fact that the log has of a prediction, is
in `number_…` or `text_…`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date

import polars as pl

from mooring.contract.contract import Contract
from mooring.contract.feature import Feature, Kind
from mooring.data.check import REASON, schema_of
from mooring.data.errors import LogUnusable
from mooring.data.source import EVENT_TIME, ROW_ID, KnownAt

# A shadow's answer was given to nobody, and its request is in the log once already.
_ROLES = ("champion", "challenger")

# Columns that are the log's own, whatever a feature is called.
_OWN = frozenset(
    {
        *("prediction_id", "version", "bundle", "contract", "role", "at", "caller", "prediction"),
        *("label", "observed_at", "label_caller", "state"),
    }
)

_INSTANT = pl.Datetime("us", UTC)
_HASHED = r"^[0-9a-f]{32}$"
_STRANGE = "contract: none that is released"


@dataclass(frozen=True)
class Wanted:
    """What of a log may become examples of `contract`.

    Days `first` to `last` of event time, inclusive: those whose labels have had their time to come.
    `callers` are those whose labels count, None for whoever the log took them from. `others` are
    contracts of other released versions, whose rows are taken as far as they fit.
    """

    contract: Contract
    first: date
    last: date
    callers: frozenset[str] | None = None
    others: tuple[Contract, ...] = ()


@dataclass
class Tally:
    """Rows that were left out by reason, and rows that were taken by who gave the label."""

    left_out: dict[str, int] = field(default_factory=dict)
    labels_by: dict[str, int] = field(default_factory=dict)


def refuse_hidden(contract: Contract) -> None:
    """Refuse a contract whose log cannot teach it: the values of sensitive features are not there.

    Raises LogUnusable.
    """
    hidden = [f.name for f in contract.features if f.sensitive]
    if hidden:
        raise LogUnusable(
            f"{', '.join(hidden)} is left out of the log or hashed there, for it is sensitive",
            place=f"prediction log of {contract.name}",
            cure="Train on a source that may hold it: `mooring ingest`, then `mooring train`.",
        )


def chosen(wanted: Wanted, rows: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """The rows that may be examples; of those days, what is left out is counted in `tally`."""
    day = pl.col("at").dt.date()
    within = rows.filter(day.is_between(pl.lit(wanted.first), pl.lit(wanted.last)))
    told = within.with_columns(_why_not(wanted.callers).alias(REASON))
    _count(tally.left_out, told[REASON].drop_nulls())
    kept = told.filter(pl.col(REASON).is_null()).drop(REASON)
    _count(tally.labels_by, kept["label_caller"].fill_null(""))
    return kept


def examples(wanted: Wanted, known_at: KnownAt, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the log as the dataset's columns, and `reason`: what does not fit, or null.

    A value that does not fit is null there. What was in a request was known when it was asked for,
    so the columns of `known_at` say the latest instant that the contract allows.
    Raises LogUnusable when rows of the present contract lack a feature.
    """
    _refuse_missing(wanted.contract, rows)
    columns, reasons = [], [_strangers(wanted, rows)]
    for feature in wanted.contract.features:
        found = _found(feature, rows)
        columns.append(_fitted(feature.kind, found).alias(feature.name))
        reasons += _misfits(wanted.contract, feature, found, columns[-1], rows)
    columns.append(_label(wanted.contract, rows["label"]))
    at = rows["at"].cast(_INSTANT)
    columns += [rows["prediction_id"].alias(ROW_ID), at.alias(EVENT_TIME)]
    columns += [_asked_at(wanted.contract, at, c, known_at[c]) for c in known_at]
    reason = pl.concat_str(reasons, separator="; ", ignore_nulls=True)
    told = rows.select(pl.when(reason != "").then(reason).alias(REASON)).to_series()
    return pl.DataFrame(columns).select(*schema_of(wanted.contract, known_at), told)


def _why_not(callers: frozenset[str] | None) -> pl.Expr:
    stranger = pl.lit(False)
    if callers is not None:
        stranger = ~pl.col("label_caller").is_in(sorted(callers)).fill_null(False)
    return (
        pl.when(~pl.col("role").is_in(_ROLES))
        .then(pl.lit("answered in the shadow"))
        .when(pl.col("state") == "disputed")
        .then(pl.lit("labels contradict each other"))
        .when((pl.col("state") != "held") | pl.col("label").is_null())
        .then(pl.lit("no label"))
        .when(stranger)
        .then(pl.lit("label of a caller who is not accepted"))
    )


def _count(into: dict[str, int], values: pl.Series) -> None:
    for value, count in values.value_counts().iter_rows():
        into[value] = into.get(value, 0) + count


def _refuse_missing(contract: Contract, rows: pl.DataFrame) -> None:
    missing = [name for name in contract.feature_names if _column(name, rows) is None]
    if missing and (rows["contract"] == contract.digest).any():
        raise LogUnusable(
            f"{', '.join(missing)} is not in rows that were logged under this very contract",
            place=f"prediction log of {contract.name}",
            cure="Log the feature plainly, or train on another source.",
        )


def _column(feature: str, rows: pl.DataFrame) -> str | None:
    """The column that holds a feature's values, where one does."""
    asked = (feature, f"number_{feature}", f"text_{feature}")
    return next((name for name in asked if name not in _OWN and name in rows.columns), None)


def _found(feature: Feature, rows: pl.DataFrame) -> pl.Series:
    name = _column(feature.name, rows)
    if name is not None:
        return rows[name]
    return pl.Series(feature.name, [None] * len(rows), dtype=pl.Null)


def _fitted(kind: Kind, found: pl.Series) -> pl.Series:
    """Values as the contract's kind, null where they are of another: nothing is guessed."""
    nothing = pl.Series([None] * len(found))
    if kind == "string":
        return found if found.dtype == pl.String else nothing.cast(pl.String)
    if kind == "float":
        return (found if found.dtype.is_numeric() else nothing).cast(pl.Float64)
    if kind == "boolean":
        return _truth(found) if found.dtype != pl.Boolean else found
    if found.dtype.is_float():
        return found.set(~(found.round() == found).fill_null(False), None).cast(
            pl.Int64, strict=False
        )
    return (found if found.dtype.is_integer() else nothing).cast(pl.Int64, strict=False)


def _truth(found: pl.Series) -> pl.Series:
    """True and false as the columns of a request spell them: 1 and 0."""
    if not found.dtype.is_numeric():
        return pl.Series(found.name, [None] * len(found), dtype=pl.Boolean)
    numbers = found.cast(pl.Float64)
    return (numbers == 1.0).set(~numbers.is_in([0.0, 1.0]).fill_null(False), None)


def _label(contract: Contract, found: pl.Series) -> pl.Series:
    is_yes_or_no = contract.prediction.kind == "probability"
    return (_truth(found) if is_yes_or_no else found.cast(pl.Float64)).alias(
        contract.prediction.label
    )


def _misfits(
    contract: Contract, feature: Feature, found: pl.Series, made: pl.Series, rows: pl.DataFrame
) -> Iterator[pl.Expr]:
    lost = made.is_null() & found.is_not_null()
    if lost.any():
        yield _said(lost, f"{feature.name}: not of the contract's kind")
    if feature.open and found.dtype == pl.String:
        # Under another contract it may have been sensitive, and any text is an open category.
        hashed = found.str.contains(_HASHED) & (rows["contract"] != contract.digest)
        if hashed.any():
            yield _said(hashed, f"{feature.name}: hashed")


def _said(broken: pl.Series, text: str) -> pl.Expr:
    return pl.when(pl.lit(broken)).then(pl.lit(text))


def _asked_at(contract: Contract, at: pl.Series, column: str, names: tuple[str, ...]) -> pl.Series:
    leads = [f.available_at or 0 for f in contract.features if f.name in names]
    lead = pl.duration(seconds=max(leads, default=0))
    return pl.select((pl.lit(at) - lead).cast(_INSTANT).alias(column)).to_series()


def _strangers(wanted: Wanted, rows: pl.DataFrame) -> pl.Expr:
    """Why no row of a contract can be an example of the present one, or null."""
    reasons = {wanted.contract.digest: None} | {
        other.digest: _difference(other, wanted.contract) for other in wanted.others
    }
    present = rows["contract"].unique().to_list()
    told: Mapping[str, str | None] = {name: reasons.get(name, _STRANGE) for name in present}
    return pl.lit(rows["contract"].replace_strict(told, return_dtype=pl.String))


def _difference(other: Contract, present: Contract) -> str | None:
    """What a value cannot show: another label, another unit. The rest is judged row by row."""
    ours, theirs = present.prediction, other.prediction
    if (ours.label, ours.kind, ours.unit) != (theirs.label, theirs.kind, theirs.unit):
        return "contract: another label"
    units = {f.name: (f.unit, f.sensitive) for f in other.features}
    moved = [
        f.name for f in present.features if units.get(f.name, (f.unit, False)) != (f.unit, False)
    ]
    return f"contract: another unit, or hidden: {', '.join(moved)}" if moved else None
