"""Every row against the contract, vectorised; agrees with the Pydantic model row by row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from datetime import UTC

import polars as pl

from mooring.contract.annotations import LONGEST_CATEGORY
from mooring.contract.contract import Contract
from mooring.contract.feature import Bound, Feature, Kind
from mooring.data.errors import SourceUnavailable
from mooring.data.source import EVENT_TIME, MONTH, NOTHING, ROW_ID, KnownAt

REASON = "reason"

# The dataset's own columns; the event time has the precision that Delta Lake keeps.
_INSTANT = pl.Datetime("us", UTC)
_OWN: dict[str, pl.DataType] = {ROW_ID: pl.String(), EVENT_TIME: _INSTANT}

_TYPES: dict[Kind, pl.DataType] = {
    "float": pl.Float64(),
    "integer": pl.Int64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
}

_BREAKS: dict[str, Callable[[pl.Expr, Bound], pl.Expr]] = {
    "ge": operator.lt,
    "gt": operator.le,
    "le": operator.gt,
    "lt": operator.ge,
}


def conform(contract: Contract, rows: pl.DataFrame, known_at: KnownAt = NOTHING) -> pl.DataFrame:
    """Select the dataset's columns in order and with the contract's types.

    Widening is fine, guessing is not: "3" is no number, and 3.7 is not to become 3.
    Raises SourceUnavailable for a missing column or one of another kind.
    """
    types = schema_of(contract, known_at)
    missing = [name for name in types if name not in rows.columns]
    if missing:
        raise _unusable(f"column {', '.join(missing)} is missing")
    others = [name for name, wanted in types.items() if not _widens(rows.schema[name], wanted)]
    if others:
        raise _unusable(f"column {', '.join(others)} is not of the kind that is declared")
    try:
        return rows.select(list(types)).cast(types)
    except pl.exceptions.PolarsError:  # an unsigned integer that is too large
        raise _unusable("a column holds what its declared kind cannot") from None


def schema_of(contract: Contract, known_at: KnownAt = NOTHING) -> pl.Schema:
    """The dataset's columns in order. Raises SourceUnavailable for a name that it needs itself."""
    kinds: dict[str, Kind] = {f.name: f.kind for f in contract.features}
    is_yes_or_no = contract.prediction.kind == "probability"
    kinds[contract.prediction.label] = "boolean" if is_yes_or_no else "float"
    _refuse_known_at(contract, known_at)
    taken = sorted((kinds.keys() | known_at.keys()) & {*_OWN, MONTH, REASON})
    taken += sorted(kinds.keys() & known_at.keys())
    if taken:
        raise _unusable(f"{', '.join(taken)} is the name of a column of the dataset's own")
    named = {name: _TYPES[kind] for name, kind in kinds.items()}
    return pl.Schema([*_OWN.items(), *named.items(), *((name, _INSTANT) for name in known_at)])


def _refuse_known_at(contract: Contract, known_at: KnownAt) -> None:
    named = [name for names in known_at.values() for name in names]
    unknown = sorted(set(named) - set(contract.feature_names))
    if unknown:
        raise _unusable(f"known_at names {', '.join(unknown)}, which is no feature")
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise _unusable(f"known_at names {', '.join(twice)} twice")


def _widens(found: pl.DataType, wanted: pl.DataType) -> bool:
    """Whether every value of one type is a value of the other."""
    if found == pl.Null:
        return True
    if isinstance(wanted, pl.Datetime):
        return isinstance(found, pl.Datetime) and found.time_zone is not None
    if wanted == pl.Float64:
        return found.is_numeric()
    return found.is_integer() if wanted == pl.Int64 else found == wanted


def with_reasons(
    contract: Contract,
    rows: pl.DataFrame,
    known_at: KnownAt = NOTHING,
    repeated: pl.Series | None = None,
) -> pl.DataFrame:
    """Add the column `reason`: null for a good row, else every promise it breaks.

    `repeated` holds the row ids that are not unique; without it, `rows` are all there are.
    """
    is_repeated = (
        pl.col(ROW_ID).is_duplicated()
        if repeated is None
        else pl.col(ROW_ID).is_in(repeated.implode())
    )
    promises = _promises(contract, known_at, is_repeated)
    found = [pl.when(broken).then(pl.lit(said)) for broken, said in promises]
    reason = pl.concat_str(found, separator="; ", ignore_nulls=True)
    return rows.with_columns(pl.when(reason != "").then(reason).alias(REASON))


def _promises(
    contract: Contract, known_at: KnownAt, is_repeated: pl.Expr
) -> Iterator[tuple[pl.Expr, str]]:
    """Pairs of (is broken, what to say); values are never part of what is said."""
    for name in (ROW_ID, EVENT_TIME, contract.prediction.label):
        yield pl.col(name).is_null(), f"{name}: missing"
    yield pl.col(ROW_ID).is_not_null() & is_repeated, f"{ROW_ID}: not unique"
    became_known = {name: column for column, names in known_at.items() for name in names}
    for feature in contract.features:
        for broken, said in _promises_of(feature):
            yield broken, f"{feature.name}: {said}"
        if feature.name in became_known:
            for broken, said in _in_time(feature, pl.col(became_known[feature.name])):
                yield broken, f"{feature.name}: {said}"


def _in_time(feature: Feature, known: pl.Expr) -> Iterator[tuple[pl.Expr, str]]:
    """A value of which nobody can say when it was known is as bad as one known too late."""
    lead = pl.duration(seconds=feature.available_at or 0)
    yield known > pl.col(EVENT_TIME) - lead, "known too late"
    yield known.is_null() & pl.col(feature.name).is_not_null(), "not known when"


def _promises_of(feature: Feature) -> Iterator[tuple[pl.Expr, str]]:
    column = pl.col(feature.name)
    if not feature.nullable:
        yield column.is_null(), "missing"
    if feature.kind == "float":
        yield column.is_not_null() & ~column.is_finite(), "not finite"
    if feature.kind == "string":
        yield from _category(feature, column)
    for bound, breaks in _BREAKS.items():
        limit = getattr(feature, bound)
        if limit is not None:
            yield breaks(column, limit), f"breaks {bound} {limit}"


def _category(feature: Feature, column: pl.Expr) -> Iterator[tuple[pl.Expr, str]]:
    if feature.open:
        length = column.str.len_chars()
        yield (length < 1) | (length > LONGEST_CATEGORY), "length out of range"
    else:
        yield ~column.is_in(list(feature.categories or ())), "not a known category"


def _unusable(problem: str) -> SourceUnavailable:
    return SourceUnavailable(
        problem, place="extracted rows", cure="Mend the model's data.py or its contract."
    )
