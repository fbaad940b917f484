"""Rows as columns: the only form in which data reaches a model, in training and in serving alike.

Numbers, integers and booleans are float64 columns with NaN for null (integers are bounded to what
float64 holds exactly); strings are object columns with "" for null, which no category may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mooring.contract.contract import Contract
from mooring.contract.feature import Feature

Column = NDArray[Any]
Columns = Mapping[str, Column]

NULL_STRING = ""


@dataclass(frozen=True)
class Layout:
    """The names that a contract lays columns out by; keep it where rows come one at a time."""

    names: tuple[str, ...]
    numeric: tuple[str, ...]
    strings: tuple[str, ...]

    @classmethod
    def of(cls, contract: Contract) -> Layout:
        """The layout of a contract."""
        numeric = tuple(feature.name for feature in contract.features if feature.numeric)
        strings = tuple(feature.name for feature in contract.features if not feature.numeric)
        return cls(contract.feature_names, numeric, strings)

    def columns(self, rows: Sequence[Mapping[str, Any]]) -> Columns:
        """Turn validated rows into one column per feature, each of shape (n,), in its order."""
        # One array for all numbers: making an array takes longer than filling it. None becomes NaN.
        numbers = np.array(
            [[row.get(name) for row in rows] for name in self.numeric], dtype=np.float64
        )
        columns: dict[str, Column] = dict(zip(self.numeric, numbers, strict=True))
        for name in self.strings:
            columns[name] = _strings([row.get(name) for row in rows])
        return {name: columns[name] for name in self.names}


def columns_of(contract: Contract, rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Turn validated rows into one column per feature, each of shape (n,), in contract order."""
    return Layout.of(contract).columns(rows)


def column_of(feature: Feature, values: Iterable[Any]) -> Column:
    """Turn one feature's values into its column of shape (n,)."""
    if feature.numeric:
        return np.array(list(values), dtype=np.float64)
    return _strings(values)


def _strings(values: Iterable[Any]) -> Column:
    return np.array([NULL_STRING if value is None else value for value in values], dtype=object)


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
