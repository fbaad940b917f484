"""Whether a classifier can tell a window from a reference: shifts of how features go together.

Marginals may all stand still while two features, that went with each other, no longer do. A
classifier that tells rows of both apart better than chance has seen something (Lopez-Paz & Oquab
2017). Whole blocks go to one side of its training, and whole blocks are dealt anew for its chance:
a classifier that recognises days would else tell any two weeks apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from mooring.evaluation.metrics import Floats

# Deals of the blocks that are judged, the real one among them; all where there are fewer.
DEALS = 2_000
SEED = 0


@dataclass(frozen=True)
class Told:
    """The area under the ROC curve on blocks that the classifier has not seen, and the chance of
    one as large if blocks of both sides were alike: a share of the deals, and never 0.
    """

    area: float
    p_value: float


def tell_apart(
    rows: Floats, blocks: NDArray[np.intp], window: NDArray[np.bool_], seed: int = SEED
) -> Told:
    """Tell blocks of the window from the reference's.

    `rows` of shape (n, features), NaN for missing, categories as codes; `blocks` the number of each
    row's block; `window` of shape (blocks,): which are the window's. Every other block of each side
    is learned from, the rest is judged. Give it features that vary from row to row within a block:
    one that hardly does, such as the weekday or the weather, names blocks, and with a single one of
    them changes of how the others go together are no longer told. Raises ValueError with fewer than
    two blocks on a side.
    """
    learned = _halves(window)
    train = learned[blocks]
    model = HistGradientBoostingClassifier(max_iter=50, random_state=seed)
    with threadpool_limits(limits=1):  # of so few rows several threads only wait for each other
        model.fit(rows[train], window[blocks[train]])
        scores = model.predict_proba(rows[~train])[:, 1]
    _, block = np.unique(blocks[~train], return_inverse=True)
    return _judged(scores, block, window[~learned], np.random.default_rng(seed))


def _halves(window: NDArray[np.bool_]) -> NDArray[np.bool_]:
    learned = np.zeros(len(window), dtype=bool)
    for side in (np.flatnonzero(window), np.flatnonzero(~window)):
        if len(side) < 2:
            raise ValueError("there are two blocks at least on each side")
        learned[side[::2]] = True
    return learned


def _judged(
    scores: Floats, block: NDArray[np.intp], window: NDArray[np.bool_], chance: np.random.Generator
) -> Told:
    wins, rows = _wins(scores, block, len(window))
    deals = _deals(window, chance)
    areas = _areas(wins, rows, deals)
    return Told(float(areas[0]), float((areas >= areas[0] - 1e-12).mean()))


def _wins(scores: Floats, block: NDArray[np.intp], blocks: int) -> tuple[Floats, Floats]:
    """How often a row of one block lies above a row of another, ties as half; and rows by block."""
    ordered = [np.sort(scores[block == each]) for each in range(blocks)]
    below = [
        [np.searchsorted(other, one, side) for other in ordered for side in ("left", "right")]
        for one in ordered
    ]
    sums = np.array([[found.sum() for found in row] for row in below], dtype=np.float64)
    return (sums[:, ::2] + sums[:, 1::2]) / 2, np.array([float(len(one)) for one in ordered])


def _areas(wins: Floats, rows: Floats, deals: NDArray[np.bool_]) -> Floats:
    """The area of each deal, shape (deals,): wins of its window's blocks over all others'."""
    inside, outside = deals.astype(np.float64), (~deals).astype(np.float64)
    won = ((inside @ wins) * outside).sum(axis=1)
    return np.asarray(won / ((inside @ rows) * (outside @ rows)))


def _deals(window: NDArray[np.bool_], chance: np.random.Generator) -> NDArray[np.bool_]:
    """Which blocks are the window's in each deal, the real one first."""
    blocks, chosen = len(window), int(window.sum())
    if comb(blocks, chosen) > DEALS:
        ranks = chance.random((DEALS - 1, blocks)).argsort(axis=1)
        return np.vstack([window, ranks < chosen])
    every = np.zeros((comb(blocks, chosen), blocks), dtype=bool)
    np.put_along_axis(every, np.array(list(combinations(range(blocks), chosen))), True, axis=1)
    return np.vstack([window, every[(every != window).any(axis=1)]])
