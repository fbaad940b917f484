"""A value from after the prediction: since when each value is known, against the contract."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mooring.blessing.evidence import Check, Verdict
from mooring.blessing.hearing import Hearing
from mooring.contract.feature import Feature
from mooring.data.source import EVENT_TIME


def known_in_time(hearing: Hearing) -> Iterator[Check]:
    """Ask, of every feature that says `available_at`, that each value was known by then.

    The dataset says in which column it keeps the instant. A contract without such a feature is not
    asked; a feature without such a column cannot be.
    """
    columns = _columns(hearing)
    promised = [f for f in hearing.contract.features if f.available_at is not None]
    for column in dict.fromkeys(columns[f.name] for f in promised if f.name in columns):
        yield _check(hearing, column, [f for f in promised if columns.get(f.name) == column])
    unknown = [f.name for f in promised if f.name not in columns]
    if unknown:
        yield _not_kept(unknown)


def _columns(hearing: Hearing) -> dict[str, str]:
    """By feature, the column of the dataset that says since when its value was known."""
    kept = hearing.dataset.known_at.items()
    return {name: column for column, names in kept for name in names if column in hearing.rows}


def _check(hearing: Hearing, column: str, features: list[Feature]) -> Check:
    rows = pl.concat([hearing.learned, hearing.holdout])
    late = rows.filter(pl.any_horizontal([_late(column, f) for f in features]))
    untold = rows.filter(
        pl.col(column).is_null()
        & pl.any_horizontal([pl.col(f.name).is_not_null() for f in features])
    )
    verdict: Verdict = "inconclusive" if len(untold) else "blessed"
    lead = ", ".join(dict.fromkeys(f"{f.available_at} s" for f in features))
    return Check(
        name=f"known in time, by {column}",
        rows=len(rows),
        metric="rows_known_too_late",
        value=float(len(late)),
        demand=f"known {lead} before the event",
        verdict="refused" if len(late) else verdict,
        reason=_told(len(late), len(untold), features),
    )


def _late(column: str, feature: Feature) -> pl.Expr:
    due = pl.col(EVENT_TIME) - pl.duration(seconds=feature.available_at)
    return pl.col(feature.name).is_not_null() & (pl.col(column) > due)


def _told(late: int, untold: int, features: list[Feature]) -> str:
    names = ", ".join(f.name for f in features)
    if late:
        return f"{late} rows hold values of {names} that became known too late"
    return f"{untold} rows do not say since when {names} was known" if untold else ""


def _not_kept(features: list[str]) -> Check:
    names = ", ".join(features)
    return Check(
        name="known in time",
        rows=0,
        metric="rows_known_too_late",
        value=None,
        demand="a column that says since when each value was known",
        verdict="inconclusive",
        reason=f"the dataset does not say since when {names} was known",
    )
