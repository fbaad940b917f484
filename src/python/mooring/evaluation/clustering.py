"""Whether values keep together in time more than by chance: where times were shuffled they do not.

The share of a feature's spread that lies between groups, against the same after the rows were dealt
to the groups anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mooring.evaluation.metrics import Floats

SEED = 20130401

# Of two hundred tables with shuffled times one looks clustered.
SHUFFLES = 199


@dataclass(frozen=True)
class Clustered:
    """The feature that keeps together most: the share of its spread between groups, and the largest
    share that any feature had in any of the shuffles. NaN where nothing varies.
    """

    feature: str
    share: float
    by_chance: float


def most_clustered(columns: Mapping[str, NDArray[Any]], groups: NDArray[Any]) -> Clustered:
    """Ask which of `columns`, each of shape (n,), keeps together most within equal `groups`.

    One comparison for all columns: the largest share against the largest of each shuffle, so that
    many columns do not add up to a false pass.
    """
    codes, keys = pd.factorize(groups)
    indicators = {name: _indicators(values) for name, values in columns.items()}
    varying = {name: values for name, values in indicators.items() if values.shape[1]}
    if not varying or len(keys) < 2:
        return Clustered("", math.nan, math.nan)
    found, random = _largest(varying, codes, len(keys)), np.random.default_rng(SEED)
    shuffled = [_largest(varying, random.permutation(codes), len(keys)) for _ in range(SHUFFLES)]
    return Clustered(found[1], found[0], max(shuffled)[0])


def _largest(
    columns: Mapping[str, Floats], groups: NDArray[np.intp], count: int
) -> tuple[float, str]:
    return max((_share(values, groups, count), name) for name, values in columns.items())


def _indicators(values: NDArray[Any]) -> Floats:
    """A number as it is, a category as one column a value; centred, with unit spread, nulls out.

    Shape (n, k), with no column for what does not vary.
    """
    if values.dtype == object:
        codes = pd.factorize(values)[0]
        frequent = np.argsort(-np.bincount(codes), kind="stable")[:5]
        columns = (codes[:, None] == frequent[None, :]).astype(np.float64)
    else:
        mean = np.nanmean(values) if np.isfinite(values).any() else 0.0
        columns = np.where(np.isnan(values), mean, values)[:, None]
    spread = columns.std(axis=0)
    scaled: Floats = (columns - columns.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    return scaled


def _share(values: Floats, groups: NDArray[np.intp], count: int) -> float:
    """The share of the spread that lies between groups, of the columns together."""
    rows = np.bincount(groups, minlength=count)
    totals = np.stack([np.bincount(groups, column, count) for column in values.T])
    return float(np.sum(totals**2 / rows) / values.size)
