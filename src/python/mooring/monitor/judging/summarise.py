"""From joined rows of the tables to the summary of a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.contract.columns import Column
from mooring.contract.contract import Contract
from mooring.drift.bins import SCORE, CategoryBins, Counts
from mooring.drift.curve import ChanceCurve, ErrorCurve
from mooring.drift.outcomes import OutcomeSums
from mooring.drift.reference import BlockedBins, Reference
from mooring.monitor.judging.cells import Cells
from mooring.monitor.judging.drawn import Drawn, hashes, smallest
from mooring.monitor.judging.errors import ReferenceMismatch
from mooring.monitor.judging.forecast import Forecast
from mooring.monitor.judging.summary import DaySummary

Floats = NDArray[np.float64]

# Whose answers somebody got. A shadow answers rows a second time, and nobody.
ROLES = ("champion", "challenger")

# What stands in a sample for a feature that the log does not hold.
NOT_LOGGED = -1


def summarise(
    reference: Reference,
    contract: Contract,
    frames: Iterable[pl.DataFrame],
    *,
    version: int,
    day: date,
) -> DaySummary:
    """Summarise the rows of one version and one day of event time, one frame at a time.

    `frames` are what `monitor.tables.joined` yields; rows of other versions, days and of shadows
    are passed over. Sensitive features are in the log as hashes or not at all, and so in no bins;
    neither is a feature without a column. Raises ReferenceMismatch.
    """
    _check(reference, contract)
    summary = DaySummary(version, day)
    for frame in frames:
        rows = frame.filter(
            pl.col("version") == version,
            pl.col("role").is_in(ROLES),
            pl.col("at").dt.date() == day,
        )
        if len(rows):
            summary += _part(reference, contract, rows, DaySummary(version, day))
    return summary


def _check(reference: Reference, contract: Contract) -> None:
    ours, theirs = (contract.name, contract.version), (reference.model, reference.contract)
    if ours != theirs:
        raise ReferenceMismatch(
            f"the reference is of {' '.join(theirs)}, and the model promises {' '.join(ours)}",
            place=f"reference.json of {contract.name}",
            cure="Train the model again: a reference is frozen with its contract.",
        )


def _part(
    reference: Reference, contract: Contract, rows: pl.DataFrame, none: DaySummary
) -> DaySummary:
    comparable = pl.col("contract") == contract.digest
    others = rows.filter(~comparable)["contract"].value_counts().rows()
    kept = rows.filter(comparable)
    held = _held(contract, kept)
    predictions = _numbers(kept["prediction"])
    labels = np.where(kept["state"] == "held", _numbers(kept["label"]), np.nan)
    finite = np.isfinite(predictions)
    known = finite & np.isfinite(labels)
    curve = curve_of(reference, contract)
    return DaySummary(
        version=none.version,
        day=none.day,
        rows=len(kept),
        labelled=int(known.sum()),
        disputed=int((kept["state"] == "disputed").sum()),
        other_contracts=dict(others),
        bins={f.feature: _tuple(_counts(f, kept)) for f in reference.features if f.feature in held},
        outcomes=_sums(curve, predictions[known], labels[known]),
        forecast=Forecast.of(curve, predictions[finite]),
        cells=_cells(contract, predictions[finite], labels[finite]),
        drawn=_drawn(reference, kept, held),
    )


def _held(contract: Contract, rows: pl.DataFrame) -> frozenset[str]:
    """The features whose values the rows hold as they were, and the score."""
    plain = (f.name for f in contract.features if not f.sensitive and f.name in rows.columns)
    return frozenset((*plain, SCORE))


def _sums(curve: ChanceCurve | ErrorCurve, predictions: Floats, labels: Floats) -> OutcomeSums:
    # A label may be as large as a float, and its square is none.
    with np.errstate(over="ignore", invalid="ignore"):
        return OutcomeSums.of(curve, predictions, labels)


def _cells(contract: Contract, predictions: Floats, labels: Floats) -> Cells:
    if contract.prediction.kind != "probability":
        return Cells()
    return Cells.of(predictions, labels)


def curve_of(reference: Reference, contract: Contract) -> ChanceCurve | ErrorCurve:
    """What the reference expects of a prediction; of an older one without outcomes a curve that
    only measures, and from which nothing may be expected.
    """
    if reference.outcomes is not None:
        return reference.outcomes.curve
    if contract.prediction.kind == "probability":
        return ChanceCurve(scores=(0.0, 1.0), chances=(0.0, 1.0))
    return ErrorCurve(scores=(0.0,), absolute=(0.0,), squared=(0.0,))


def _drawn(reference: Reference, rows: pl.DataFrame, held: frozenset[str]) -> Drawn:
    if not len(rows):
        return Drawn()
    found = hashes(rows["prediction_id"])
    places = smallest(found)
    few = rows[places.tolist()]
    columns = [
        f.bins.assign(_column(f, few)) if f.feature in held else np.full(len(few), NOT_LOGGED)
        for f in reference.features
    ]
    codes = np.stack(columns, axis=1).tolist()
    return Drawn.of(zip(found[places].tolist(), map(tuple, codes), strict=True))


def _counts(feature: BlockedBins, rows: pl.DataFrame) -> Counts:
    if not isinstance(feature.bins, CategoryBins):
        return feature.bins.counts(_column(feature, rows))
    # Each name is looked up once, however many rows have it.
    values, found = rows[feature.feature].cast(pl.String).value_counts()
    codes = feature.bins.assign(_objects(values))
    return np.bincount(codes, found.to_numpy(), len(feature.bins.labels)).astype(np.int64)


def _column(feature: BlockedBins, rows: pl.DataFrame) -> Column:
    series = rows["prediction" if feature.feature == SCORE else feature.feature]
    if isinstance(feature.bins, CategoryBins):
        return _objects(series.cast(pl.String))
    return _numbers(series)


def _numbers(series: pl.Series) -> Floats:
    """As float64, null as NaN, shape (n,)."""
    return series.cast(pl.Float64).to_numpy()


def _objects(series: pl.Series) -> Column:
    return np.array(series.to_list(), dtype=object)


def _tuple(counts: Counts) -> tuple[int, ...]:
    return tuple(counts.tolist())
