"""Simple models that should not know the answer: of one feature alone, of all of them together.

Scores are AUC of a probability and R² of a number, and out of fold, so that a table that is merely
large or fine-grained does not look as if it held the answer. A score near 1 means that the features
determine the label: Kaufman et al., "Leakage in Data Mining", ACM TKDD 6 (2012).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from mooring.evaluation.metrics import Floats

Kind = Literal["probability", "number"]
Columns = Mapping[str, NDArray[Any]]

SEED = 20130401
FOLDS = 3

# Values of a feature that are told apart alone; a number with more is cut at so many quantiles.
MOST_GROUPS = 256

# Categories that the linear probe sees; the rarer ones are one.
MOST_CATEGORIES = 30

# Shuffling a feature that the answer hangs on costs more than this.
MATTERS = 0.001


@dataclass(frozen=True)
class Joint:
    """What a probe of all features scored, and which of them it cannot do without."""

    score: float
    features: tuple[str, ...]


def quality(kind: Kind, labels: Floats, predictions: Floats) -> float:
    """AUC of a probability, R² of a number; NaN for labels that are all alike."""
    if len(np.unique(labels)) < 2:
        return math.nan
    if kind == "number":
        spread = np.sum((labels - labels.mean()) ** 2)
        return float(1 - np.sum((labels - predictions) ** 2) / spread)
    ranks, positive = stats.rankdata(predictions), labels == 1
    wins = ranks[positive].sum() - positive.sum() * (positive.sum() + 1) / 2
    return float(wins / (positive.sum() * (~positive).sum()))


def single_score(kind: Kind, values: NDArray[Any], labels: Floats) -> float:
    """How well one feature of shape (n,) tells the label: by its order, or by the mean label of
    rows that share its value, out of fold; the better of both.
    """
    by_value = quality(kind, labels, _means_out_of_fold(_groups(values), labels))
    return max(by_value, _by_order(kind, values, labels)) if values.dtype != object else by_value


def joint_score(kind: Kind, columns: Columns, labels: Floats, ceiling: float) -> Joint:
    """The better of a linear and a boosted probe out of fold; `features` only above `ceiling`."""
    with threadpool_limits(limits=1):  # the same evidence on a machine with more cores
        scores = {name: _out_of_fold(kind, name, columns, labels) for name in _PROBES}
        best = max(scores, key=lambda name: scores[name])
        found = scores[best]
        features = _needed(kind, best, columns, labels) if found >= ceiling else ()
    return Joint(found, features)


def _by_order(kind: Kind, values: NDArray[Any], labels: Floats) -> float:
    known = np.isfinite(values)
    filled = np.where(known, values, values[known].min() - 1 if known.any() else 0.0)
    if len(np.unique(filled)) < 2 or len(np.unique(labels)) < 2:
        return math.nan if len(np.unique(labels)) < 2 else 0.0
    if kind == "number":
        return float(stats.spearmanr(filled, labels).statistic ** 2)
    area = quality(kind, labels, filled)
    return max(area, 1 - area)


def _groups(values: NDArray[Any]) -> NDArray[np.intp]:
    """Number the groups of equal values from 0; nulls are one of them."""
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    if values.dtype == object or len(distinct) <= MOST_GROUPS:
        return np.asarray(codes)
    inner = np.linspace(0, 1, MOST_GROUPS)[1:-1]
    edges = np.unique(np.nanquantile(values, inner))
    # NaN sorts behind every edge, into a group that only the largest values share.
    return np.asarray(np.searchsorted(edges, values) + np.isnan(values))


def _means_out_of_fold(groups: NDArray[np.intp], labels: Floats) -> Floats:
    """The mean label of a row's group in the other folds, drawn to the overall mean by one row.

    Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", SIGKDD
    Explorations 3 (2001).
    """
    fold, count, mean = _fold(len(labels)), int(groups.max()) + 1, labels.mean()
    found = np.empty(len(labels))
    for each in range(FOLDS):
        inside = fold == each
        rows = np.bincount(groups[~inside], minlength=count)
        totals = np.bincount(groups[~inside], labels[~inside], count)
        found[inside] = ((totals + mean) / (rows + 1))[groups[inside]]
    return found


def _fold(rows: int) -> NDArray[np.intp]:
    """A fold for every row, of equal sizes, by chance."""
    return np.random.default_rng(SEED).permutation(rows) % FOLDS


def _out_of_fold(kind: Kind, probe: str, columns: Columns, labels: Floats) -> float:
    design = _PROBES[probe][0](columns)
    fold, found = _fold(len(labels)), np.empty(len(labels))
    for each in range(FOLDS):
        inside = fold == each
        if kind == "probability" and len(np.unique(labels[~inside])) < 2:
            return math.nan
        answer = _PROBES[probe][1](kind, design[~inside], labels[~inside])
        found[inside] = answer(design[inside])
    return quality(kind, labels, found)


def _needed(kind: Kind, probe: str, columns: Columns, labels: Floats) -> tuple[str, ...]:
    """The features that the probe cannot do without, the most needed first."""
    shape, train = _PROBES[probe]
    answer = train(kind, shape(columns), labels)
    whole, order = quality(kind, labels, answer(shape(columns))), np.random.default_rng(SEED)
    lost = {}
    for name, values in columns.items():
        shuffled = {**columns, name: order.permutation(values)}
        lost[name] = whole - quality(kind, labels, answer(shape(shuffled)))
    needed = [name for name in lost if lost[name] > MATTERS]
    return tuple(sorted(needed, key=lambda name: -lost[name]))


Answer = Callable[[Floats], Floats]


def _linear_design(columns: Columns) -> Floats:
    return np.column_stack([_linear_columns(values) for values in columns.values()])


def _linear_columns(values: NDArray[Any]) -> Floats:
    """One-hot for a category; for a number, itself with unit spread and whether it is null."""
    if values.dtype == object:
        codes = pd.factorize(values, sort=True)[0]
        frequent = np.argsort(-np.bincount(codes), kind="stable")[:MOST_CATEGORIES]
        chosen: Floats = (codes[:, None] == frequent[None, :]).astype(np.float64)
        return chosen
    null = np.isnan(values)
    known = values[~null]
    centre = known.mean() if len(known) else 0.0
    spread = known.std() if len(known) else 0.0
    scaled = (np.where(null, centre, values) - centre) / (spread if spread > 0 else 1.0)
    return np.column_stack([scaled, null]).astype(np.float64)


def _linear(kind: Kind, design: Floats, labels: Floats) -> Answer:
    if kind == "number":
        ridge = Ridge(alpha=1e-3).fit(design, labels)
        return lambda rows: np.asarray(ridge.predict(rows))
    logistic = LogisticRegression(C=100.0, max_iter=200, tol=1e-3).fit(design, labels)
    return lambda rows: np.asarray(logistic.decision_function(rows))


def _tree_design(columns: Columns) -> Floats:
    return np.column_stack(
        [
            pd.factorize(values, sort=True)[0] if values.dtype == object else values
            for values in columns.values()
        ]
    ).astype(np.float64)


def _trees(kind: Kind, design: Floats, labels: Floats) -> Answer:
    shallow: dict[str, Any] = {
        "max_iter": 60, "max_leaf_nodes": 8, "learning_rate": 0.2, "early_stopping": False,
        "random_state": SEED,
    }  # fmt: skip
    if kind == "number":
        regressor = HistGradientBoostingRegressor(**shallow).fit(design, labels)
        return lambda rows: np.asarray(regressor.predict(rows))
    classifier = HistGradientBoostingClassifier(**shallow).fit(design, labels)
    return lambda rows: np.asarray(classifier.decision_function(rows))


_PROBES: dict[str, tuple[Callable[[Columns], Floats], Callable[[Kind, Floats, Floats], Answer]]] = {
    "linear": (_linear_design, _linear),
    "boosted": (_tree_design, _trees),
}
