"""Rows as columns: the only form in which data reaches a model, in training and in serving alike.

Numbers, integers and booleans are float64 columns with NaN for null (integers are bounded to what
float64 holds exactly); strings are object columns with "" for null, which no category may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mooring.contract.contract import Contract
from mooring.contract.feature import Feature

Column = NDArray[Any]
Columns = Mapping[str, Column]

NULL_STRING = ""


def columns_of(contract: Contract, rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Turn validated rows into one column per feature, each of shape (n,), in contract order."""
    return {f.name: column_of(f, (row.get(f.name) for row in rows)) for f in contract.features}


def column_of(feature: Feature, values: Iterable[Any]) -> Column:
    """Turn one feature's values into its column of shape (n,)."""
    if feature.numeric:
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return np.array([NULL_STRING if v is None else v for v in values], dtype=object)


def rows_in(columns: Columns) -> int:
    """The number of rows that the columns hold."""
    return len(next(iter(columns.values())))


def float_tensors(contract: Contract, columns: Columns) -> dict[str, Column]:
    """Shape columns as ONNX Runtime takes them: (n, 1), float32 for numbers, str for categories.

    The narrowing to float32 is why a model needs the parity gate: trees compare in float64.
    """
    return {
        f.name: columns[f.name].astype(np.float32 if f.numeric else object).reshape(-1, 1)
        for f in contract.features
    }


def concatenate(contract: Contract, parts: Sequence[Columns]) -> Columns:
    """Put several column sets below each other."""
    return {n: np.concatenate([part[n] for part in parts]) for n in contract.feature_names}


def split(columns: Columns, sizes: Sequence[int]) -> list[Columns]:
    """Cut one column set into consecutive ones of the given sizes: the inverse of concatenate."""
    edges = np.cumsum(sizes)[:-1]
    cut = {name: np.split(column, edges) for name, column in columns.items()}
    return [{name: pieces[i] for name, pieces in cut.items()} for i in range(len(sizes))]
