"""Choosing golden samples: rows that cover the range of predictions, and rows with gaps.

They travel with the bundle, into git and images, so nobody's sensitive values travel with them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.bundle.samples import Sample
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from, instances_from

# Enough to cover the range and to warm a runtime; few enough to replay in milliseconds.
BY_PREDICTION = 56
WITH_GAPS = 8


Predict = Callable[[Columns], NDArray[np.float64]]


def choose_samples(
    contract: Contract, rows: pl.DataFrame, predictions: NDArray[np.float64], predict: Predict
) -> tuple[Sample, ...]:
    """Pick samples evenly over the ranked `predictions` of `rows`, then the first rows with nulls.

    A sensitive feature has the contract's example in all of them; the answers are what `predict`
    says to the rows as they then stand.
    """
    ranked = np.argsort(predictions, kind="stable")
    even = ranked[np.linspace(0, len(ranked) - 1, min(BY_PREDICTION, len(ranked))).astype(int)]
    gaps = rows.select(pl.any_horizontal(pl.col(contract.feature_names).is_null())).to_series()
    chosen = list(dict.fromkeys([*even.tolist(), *gaps.arg_true().head(WITH_GAPS).to_list()]))
    picked = _without_secrets(contract, rows[chosen])
    answers = predict(columns_from(contract, picked))
    return tuple(
        Sample(instance=instance, prediction=float(answer))
        for instance, answer in zip(instances_from(contract, picked), answers, strict=True)
    )


def _without_secrets(contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    public = [
        pl.lit(f.example, rows.schema[f.name]).alias(f.name)
        for f in contract.features
        if f.sensitive
    ]
    return rows.with_columns(public)
