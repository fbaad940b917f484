"""The label: which kind of prediction it asks for, and what of it cannot be learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from mooring.scaffold.errors import TableRefused

Kind = Literal["probability", "number"]

# Sixty rows to fit, fifteen to calibrate, twenty-five to judge: below that, numbers are noise.
LEAST_ROWS = 100

# Each class must turn up in the fifteen percent that calibrate; with twenty it does.
LEAST_OF_A_CLASS = 20

# Whole numbers of at most this many values may be classes or quantities: only the user knows.
MOST_CLASSES = 20

_TRUTH = ({"true", "false"}, {"0", "1"}, {"0.0", "1.0"})


@dataclass(frozen=True)
class Label:
    """The file's column, the kind of prediction, and the value whose probability is asked for.

    `positive` is None where the column says yes and no by itself, and for a number. `largest` is a
    number's largest |value|.
    """

    column: str
    kind: Kind
    positive: str | None = None
    largest: float = 0.0


def infer_label(values: pl.Series, kind: Kind | None) -> Label:
    """Judge the label's column; `kind` is what the user says it is. Raises TableRefused."""
    place = f"label {values.name}"
    if values.dtype.is_float():
        values = values.fill_nan(None)
    if gaps := values.null_count():
        raise _refused(f"{gaps} rows have no label", place, "Leave these rows out of the file.")
    if len(values) < LEAST_ROWS:
        cure = f"At least {LEAST_ROWS} are needed, to fit, calibrate and judge."
        raise _refused(f"there are only {len(values)} rows", place, cure)
    distinct = values.n_unique()
    if distinct == 1:
        raise _refused("it is the same in every row", place, "Name the column to be predicted.")
    chosen = kind or _kind(values, distinct, place)
    return _number(values, place) if chosen == "number" else _classes(values, distinct, place)


def _kind(values: pl.Series, distinct: int, place: str) -> Kind:
    if distinct == 2 or not values.dtype.is_numeric():
        return "probability"
    if distinct <= MOST_CLASSES and (values.cast(pl.Float64).round() == values).all():
        problem = f"its {distinct} whole numbers may be classes or a quantity"
        cure = "For a quantity say --kind regression; more than two classes are not supported."
        raise _refused(problem, place, cure)
    return "number"


def _number(values: pl.Series, place: str) -> Label:
    if not values.dtype.is_numeric():
        raise _refused("it is no number", place, "Say --kind classification.")
    if not values.cast(pl.Float64).is_finite().all():
        raise _refused("it holds infinite values", place, "Leave these rows out of the file.")
    largest = values.cast(pl.Float64).abs().max()
    return Label(values.name, "number", largest=float(largest))  # type: ignore[arg-type]  # no gaps


def _classes(values: pl.Series, distinct: int, place: str) -> Label:
    if distinct > 2:
        cure = "Two are supported, one against the rest; for a quantity say --kind regression."
        raise _refused(f"it has {distinct} classes", place, cure)
    texts = values.cast(pl.String)
    rarest = int(texts.value_counts()["count"].min())  # type: ignore[arg-type]
    if rarest < LEAST_OF_A_CLASS:
        cure = f"Each class needs {LEAST_OF_A_CLASS}, to be met when fitting and when judging."
        raise _refused(f"one of its classes has only {rarest} rows", place, cure)
    ordered = values if values.dtype.is_numeric() else texts
    # As scikit-learn orders its classes: the last is the one that is asked for.
    found = ordered.unique().sort().cast(pl.String).to_list()
    speaks = {value.lower() for value in found} in _TRUTH
    return Label(values.name, "probability", None if speaks else found[-1])


def leaks(label: Label, truth: pl.Series, table: pl.DataFrame) -> list[str]:
    """Columns that tell the label outright: the same yes and no, or the same number up to scale."""
    return [s.name for s in table if _tells(label, truth, s)]


def _tells(label: Label, truth: pl.Series, values: pl.Series) -> bool:
    if label.kind == "probability":
        if values.n_unique() != 2 or values.null_count():
            return False
        return bool(pl.DataFrame([truth.alias("a"), values.alias("b")]).n_unique() == 2)
    if not values.dtype.is_numeric() or values.null_count():
        return False
    pair = pl.DataFrame([truth.cast(pl.Float64).alias("a"), values.cast(pl.Float64).alias("b")])
    correlation = pair.select(pl.corr("a", "b")).item()
    return correlation is not None and abs(correlation) > 1 - 1e-9


def _refused(problem: str, place: str, cure: str) -> TableRefused:
    return TableRefused(problem, place=place, cure=cure)
