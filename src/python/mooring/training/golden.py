"""Choosing golden samples: rows that cover the range of predictions, and rows with gaps."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.bundle.samples import Sample
from mooring.contract.contract import Contract
from mooring.data.columns import instances_from

# Enough to cover the range and to warm a runtime; few enough to replay in milliseconds.
BY_PREDICTION = 56
WITH_GAPS = 8


def choose_samples(
    contract: Contract, rows: pl.DataFrame, predictions: NDArray[np.float64]
) -> tuple[Sample, ...]:
    """Pick samples evenly over the ranked predictions of `rows`, then the first rows with nulls."""
    ranked = np.argsort(predictions, kind="stable")
    even = ranked[np.linspace(0, len(ranked) - 1, min(BY_PREDICTION, len(ranked))).astype(int)]
    gaps = rows.select(pl.any_horizontal(pl.col(contract.feature_names).is_null())).to_series()
    chosen = list(dict.fromkeys([*even.tolist(), *gaps.arg_true().head(WITH_GAPS).to_list()]))
    instances = instances_from(contract, rows[chosen])
    return tuple(
        Sample(instance=instance, prediction=float(predictions[row]))
        for instance, row in zip(instances, chosen, strict=True)
    )
