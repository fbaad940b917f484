"""A first contract out of a table: types, ranges, categories, gaps, and what each guess was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from mooring.contract.annotations import LONGEST_CATEGORY
from mooring.contract.feature import EXACT_INTEGER, Feature
from mooring.scaffold.errors import TableRefused
from mooring.scaffold.names import feature_names
from mooring.scaffold.ranges import padded, padded_integers

# A list of more values is hardly complete, and nobody reviews it.
MOST_CATEGORIES = 30

# A value that came up less often on average says little about the values that did not come up.
LEAST_REPEATS = 5

# Above this share of distinct strings a column names rows instead of describing them.
DISTINCT_SHARE = 0.9


@dataclass(frozen=True)
class Inferred:
    """One feature, the column it was read off, and what there is to review."""

    feature: Feature
    column: str
    reviews: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """The features that were found, and why other columns are none."""

    inferred: tuple[Inferred, ...]
    left_out: Mapping[str, str]

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features, in the file's order."""
        return tuple(found.feature for found in self.inferred)

    @property
    def names(self) -> dict[str, str]:
        """The file's column of every feature."""
        return {found.feature.name: found.column for found in self.inferred}

    @property
    def reviews(self) -> dict[str, tuple[str, ...]]:
        """What there is to review, by feature."""
        return {found.feature.name: found.reviews for found in self.inferred}


def infer(table: pl.DataFrame, label: str, *, keep: bool = False) -> Columns:
    """Infer a feature for each column of `table`; `label` is a name they may not take.

    What is no feature is left out with the reason; with `keep`, where a pipeline counts on every
    column, it is refused instead. Raises TableRefused for that, and when nothing is left.
    """
    left_out = {s.name: why for s in table if (why := _unfit(s, keep=keep))}
    if keep and left_out:
        name, why = next(iter(left_out.items()))
        raise TableRefused(f"it {why}", place=f"column {name}", cure="Drop it before the fit.")
    columns = [name for name in table.columns if name not in left_out]
    if not columns:
        raise TableRefused(
            "no column is left to learn from", place="table", cure="Give more than a label."
        )
    names = feature_names(columns, taken=(label,))
    return Columns(tuple(_inferred(names[c], table[c]) for c in columns), left_out)


def _unfit(values: pl.Series, *, keep: bool) -> str | None:
    """Why a column is no feature, or None; `keep` keeps what is merely useless."""
    held = values.drop_nulls()
    if held.dtype.is_float():
        if held.is_infinite().any():
            raise TableRefused(
                "it holds infinite values", place=f"column {values.name}", cure="Make them null."
            )
        held = held.drop_nans()
    if held.is_empty():
        return "holds nothing but gaps"
    if not (values.dtype.is_numeric() or _is_text(values) or values.dtype == pl.Boolean):
        temporal = values.dtype.is_temporal()
        return _DATES if temporal else f"is of a type that no feature has ({values.dtype})"
    if not keep and held.n_unique() == 1 and len(held) == len(values):
        return "has one value only: there is nothing to learn from it"
    if values.dtype.is_integer():
        return _unfit_integer(held, keep=keep)
    return _unfit_text(held.cast(pl.String), keep=keep) if _is_text(values) else None


_DATES = "holds dates: name it with --time, or derive numbers from it"


def _unfit_integer(held: pl.Series, *, keep: bool) -> str | None:
    low, high = int(held.min()), int(held.max())  # type: ignore[arg-type]
    if max(-low, high) > EXACT_INTEGER:
        return "holds integers beyond 2**53, which lose digits in JSON and in floats"
    steps = held.diff().drop_nulls()
    if not keep and len(held) > LEAST_REPEATS and (steps == 1).all():
        return "numbers the rows: name it with --id"
    return None


def _unfit_text(held: pl.Series, *, keep: bool) -> str | None:
    if (held == "").any():
        raise TableRefused(
            "it holds empty strings", place=f"column {held.name}", cure="Make them null."
        )
    longest = held.str.len_chars().max()
    if isinstance(longest, int) and longest > LONGEST_CATEGORY:
        return f"is text of more than {LONGEST_CATEGORY} characters"
    if held.str.to_date("%Y-%m-%d", strict=False, exact=False).null_count() == 0:
        return _DATES
    if not keep and held.n_unique() > DISTINCT_SHARE * len(held):
        return "is another string in nearly every row: name it with --id"
    return None


def _is_text(values: pl.Series) -> bool:
    return values.dtype in (pl.String, pl.Categorical, pl.Enum)


def _inferred(name: str, values: pl.Series) -> Inferred:
    if values.dtype.is_float():
        values = values.fill_nan(None)
    nullable = values.null_count() > 0
    held = values.drop_nulls()
    if _is_text(values):
        feature, reviews = _category(name, held.cast(pl.String), nullable)
    elif values.dtype == pl.Boolean:
        feature, reviews = _feature(name, "boolean", nullable, example=bool(held[0])), ()
    elif values.dtype.is_integer() or (nullable and _whole(held)):
        feature, reviews = _integer(name, held.cast(pl.Int64), nullable)
    else:
        feature, reviews = _float(name, held.cast(pl.Float64), nullable)
    said = [*reviews, *_renamed(name, values.name)]
    return Inferred(feature, values.name, tuple(said))


def _renamed(name: str, column: str) -> Iterator[str]:
    """Said on one line, whatever the file's header holds."""
    if name != column:
        yield f"column {column!r}"[:80]


def _feature(name: str, kind: str, nullable: bool, **promises: object) -> Feature:
    told = {"name": name, "kind": kind, "nullable": nullable, "required": not nullable}
    return Feature.model_validate({**told, **promises})


def _category(name: str, held: pl.Series, nullable: bool) -> tuple[Feature, tuple[str, ...]]:
    counts = held.value_counts(sort=True)
    values = sorted(held.unique().to_list())
    example = str(counts[0, 0])
    if len(values) <= MOST_CATEGORIES and len(held) >= LEAST_REPEATS * len(values):
        closed = _feature(name, "string", nullable, categories=tuple(values), example=example)
        return closed, ("closed: any other value is refused",)
    opened = _feature(name, "string", nullable, open=True, example=example)
    return opened, (f"open: {len(values)} values seen, others are served as unseen",)


def _integer(name: str, held: pl.Series, nullable: bool) -> tuple[Feature, tuple[str, ...]]:
    low, high = int(held.min()), int(held.max())  # type: ignore[arg-type]
    lower, upper = padded_integers(low, high)
    middle = int(held.sort()[len(held) // 2])
    feature = _feature(name, "integer", nullable, ge=lower, le=upper, example=middle)
    return feature, () if (lower, upper) == (low, high) else (f"seen {low} to {high}",)


def _float(name: str, held: pl.Series, nullable: bool) -> tuple[Feature, tuple[str, ...]]:
    low, high = float(held.min()), float(held.max())  # type: ignore[arg-type]
    lower, upper = padded(low, high)
    middle = float(held.sort()[len(held) // 2])
    feature = _feature(name, "float", nullable, ge=lower, le=upper, example=middle)
    return feature, (f"seen {low:.6g} to {high:.6g}",)


def _whole(held: pl.Series) -> bool:
    """Integers that a gap has turned into floats, as pandas does."""
    return bool(((held.round() == held) & (held.abs() <= EXACT_INTEGER)).all())
