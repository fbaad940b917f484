"""What became of the rows of a cohort by slice: the mean loss in each bin of each feature.

A mean over all rows hides whom a model fails. Bins are the reference's, so that there are few of
them whatever callers send; rows are read frame by frame and only sums of days are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.contract.contract import Contract
from mooring.drift.bins import CategoryBins, Codes
from mooring.drift.reference import BlockedBins
from mooring.monitor.champion import Champion
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.resampling import bounds, draws
from mooring.monitor.judging.summarise import ROLES, curve_of
from mooring.monitor.judging.windows import Window
from mooring.report.facts import Slice, Slices

Floats = NDArray[np.float64]

# Of fewer rows a mean loss says nothing; the slice is left out.
LEAST_ROWS = 30


@dataclass
class _Sums:
    """Rows and summed losses by bin, of one day."""

    rows: dict[str, Floats]
    losses: dict[str, Floats]


def slices(
    champion: Champion, window: Window, days: Iterable[Iterable[pl.DataFrame]]
) -> Slices | None:
    """The slices of a matured cohort; `days` are the joined rows of each of its days.

    None where no row has a label.
    """
    shown = tuple(_sliced(champion))
    found = [_day(champion, shown, frames) for frames in days]
    held = [day for day in found if day.rows[""].any()]
    if not held:
        return None
    return Slices(
        version=champion.version,
        window=window,
        whole=_measure(held, "", 0),
        by_feature={f.feature: tuple(_of(f, held)) for f in shown},
    )


def _sliced(champion: Champion) -> Iterator[BlockedBins]:
    """Features whose names of bins may be shown."""
    for feature in champion.contract.features:
        if not feature.sensitive:
            yield champion.reference.feature(feature.name)


def _of(feature: BlockedBins, days: list[_Sums]) -> Iterator[Slice]:
    for code, label in enumerate(feature.bins.labels):
        rows = int(sum(day.rows[feature.feature][code] for day in days))
        if rows >= LEAST_ROWS:
            yield Slice(label, rows, _measure(days, feature.feature, code))


def _measure(days: list[_Sums], name: str, code: int) -> Measure:
    rows = np.array([day.rows[name][code] for day in days])
    losses = np.array([day.losses[name][code] for day in days])
    drawn = draws(len(days))
    with np.errstate(invalid="ignore", divide="ignore"):
        # A resample of days without a row of it has no mean.
        found = (drawn @ losses) / (drawn @ rows)
    finite = found[np.isfinite(found)]
    ends = bounds(finite, int((rows > 0).sum())) if len(finite) else (np.nan, np.nan)
    return Measure(float(losses.sum() / rows.sum()), *ends)


def _day(
    champion: Champion, shown: tuple[BlockedBins, ...], frames: Iterable[pl.DataFrame]
) -> _Sums:
    sizes = {"": 1, **{f.feature: len(f.bins.labels) for f in shown}}
    sums = _Sums(
        {name: np.zeros(size) for name, size in sizes.items()},
        {name: np.zeros(size) for name, size in sizes.items()},
    )
    for frame in frames:
        rows = _labelled(champion, frame)
        if len(rows):
            _add(sums, champion, shown, rows)
    return sums


def _labelled(champion: Champion, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that a cohort is made of, as `judging.summarise` has them."""
    return frame.filter(
        pl.col("version") == champion.version,
        pl.col("role").is_in(ROLES),
        pl.col("contract") == champion.contract.digest,
        pl.col("state") == "held",
        pl.col("prediction").is_finite(),
        pl.col("label").is_finite(),
    )


def _add(
    sums: _Sums, champion: Champion, shown: tuple[BlockedBins, ...], rows: pl.DataFrame
) -> None:
    losses = _losses(champion, rows)
    for name, codes in _codes(champion.contract, shown, rows).items():
        size = len(sums.rows[name])
        sums.rows[name] += np.bincount(codes, minlength=size)
        sums.losses[name] += np.bincount(codes, losses, minlength=size)


def _losses(champion: Champion, rows: pl.DataFrame) -> Floats:
    curve = curve_of(champion.reference, champion.contract)
    p, y = (rows[name].cast(pl.Float64).to_numpy() for name in ("prediction", "label"))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(curve.losses(p, y)[0], dtype=np.float64)


def _codes(
    contract: Contract, shown: tuple[BlockedBins, ...], rows: pl.DataFrame
) -> Mapping[str, Codes]:
    held = [feature for feature in shown if feature.feature in rows.columns]
    codes = {f.feature: _assigned(f, rows[f.feature]) for f in held}
    return {"": np.zeros(len(rows), dtype=np.intp), **codes}


def _assigned(feature: BlockedBins, values: pl.Series) -> Codes:
    if not isinstance(feature.bins, CategoryBins):
        return feature.bins.assign(values.cast(pl.Float64).to_numpy())
    texts = values.cast(pl.String)
    # Each name is looked up once, however many rows have it.
    names = texts.unique()
    codes = feature.bins.assign(np.array(names.to_list(), dtype=object))
    return texts.replace_strict(names, pl.Series(codes), return_dtype=pl.Int64).to_numpy()
