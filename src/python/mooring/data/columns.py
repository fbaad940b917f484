"""From a dataset's rows to the columns and labels that a model sees, without a loop over rows."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.contract.columns import NULL_STRING, Column, Columns
from mooring.contract.contract import Contract
from mooring.contract.feature import Feature


def columns_from(contract: Contract, rows: pl.DataFrame) -> Columns:
    """One column per feature, each of shape (n,), as `mooring.contract.columns` defines them."""
    return {f.name: _column(f, rows[f.name]) for f in contract.features}


def labels_from(contract: Contract, rows: pl.DataFrame) -> NDArray[np.float64]:
    """The label of every row, shape (n,): 0 and 1 for a probability, else the quantity."""
    return rows[contract.prediction.label].cast(pl.Float64).to_numpy()


def instances_from(contract: Contract, rows: pl.DataFrame) -> list[dict[str, object]]:
    """Rows as the JSON objects that a client would send."""
    return rows.select(contract.feature_names).to_dicts()


def _column(feature: Feature, values: pl.Series) -> Column:
    if feature.numeric:
        return values.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return np.array(values.fill_null(NULL_STRING).to_list(), dtype=object)
