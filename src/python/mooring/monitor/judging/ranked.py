"""How well chances should rank, and how far off they should be, by labels that are drawn by them.

Means of losses differ from day to day by what the reference's sums show; of a ranking they hold
nothing. But two of them say how a day moved chances: up or down, and apart or together. So labels
are drawn by chances that are moved like that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from mooring.drift.bins import SCORE
from mooring.drift.curve import ChanceCurve
from mooring.drift.estimate import bounded
from mooring.drift.reference import BlockedBins, Reference
from mooring.evaluation.bootstrap import SEED
from mooring.monitor.judging.cells import CELLS, centres
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.realised import calibration_error
from mooring.monitor.judging.resampling import bounds
from mooring.monitor.judging.summary import DaySummary

Floats = NDArray[np.float64]

# How often labels are drawn: a tenth of a millisecond for each day and deal.
DEALS = 500


def ranked(reference: Reference, days: Sequence[DaySummary]) -> Mapping[str, Measure]:
    """auc and ece that are to be expected of all rows, with bands of 95 %.

    The auc is the ratio of the means of its sides, as `drift.estimate` has it; the ece the mean
    over drawn labels, for few rows have gaps by chance. Nothing of a reference without chances.
    """
    if reference.outcomes is None or not isinstance(reference.outcomes.curve, ChanceCurve):
        return {}
    rows = np.array([day.cells.table().sum(axis=0) for day in days], dtype=np.float64)
    chances = reference.outcomes.curve.calibration.chance(centres())
    sums = {name: np.array(each) for name, each in reference.outcomes.sums.items()}
    effects = effects_of(reference.feature(SCORE), sums, rows.sum(axis=0))
    auc, ece = _dealt(rows, chances, effects).T
    return {
        "auc": Measure(expected_auc(rows.sum(axis=0), chances), *bounds(auc, len(effects))),
        "ece": Measure(float(ece.mean()), *bounds(ece, len(effects))),
    }


def effects_of(scored: BlockedBins, sums: Mapping[str, Floats], rows: Floats) -> Floats:
    """How each block of the reference moved chances, on the scale of logits ℓ: by α + β·ℓ, shape
    (blocks, 2), around what all of them did.

    Sums of y − p and of (y − p)·ℓ, which is minus the excess, are the gradient of a logistic
    regression of labels with the offset ℓ: one step of Newton's from 0. What a block's rows are
    worth comes from its scores in bins, each at its mean over the window's `rows`, shape (cells,).
    """
    p, held = _bin_means(scored, rows)
    worth = scored.counts[:, held] * p * (1.0 - p)
    design = np.stack([np.ones_like(p), logit(p)])
    information = np.einsum("bk,ik,jk->bij", worth, design, design)
    gradient = np.stack([sums["residual"], -sums["excess"]], axis=1)
    each = np.einsum("bij,bj->bi", np.linalg.pinv(information), gradient)
    return np.asarray(each - np.linalg.pinv(information.sum(axis=0)) @ gradient.sum(axis=0))


def _bin_means(scored: BlockedBins, rows: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The mean chance of each bin that cells lie in, and which bins those are, shape (bins,)."""
    bins, size = scored.bins.assign(centres()), len(scored.rows)
    # Of a bin that the window leaves empty, the mean of its cells.
    weights = rows + 1e-9
    total = np.bincount(bins, weights, size)
    held = total > 0.0
    return np.bincount(bins, weights * centres(), size)[held] / total[held], held


def _dealt(rows: Floats, chances: Floats, effects: Floats) -> Floats:
    """auc and ece of each deal of labels, shape (deals, 2); `rows` have the shape (days, cells).

    Each day moves chances as one of the reference did, less what all of its days may have taught
    the curve amiss.
    """
    generator = np.random.default_rng(SEED)
    held = np.flatnonzero(rows.any(axis=0))
    rows, place = rows[:, held], logit(centres()[held])
    plain, total = logit(bounded(chances[held])), rows.sum(axis=0)
    found = np.empty((DEALS, 2))
    for deal in range(DEALS):
        amiss = generator.choice(effects, len(effects)).mean(axis=0)
        alpha, beta = (generator.choice(effects, len(rows)) - amiss).T
        moved = expit(plain + alpha[:, None] + beta[:, None] * place)
        mean = np.clip((rows * moved).sum(axis=0) / total, 0.0, 1.0)
        positive = np.zeros(CELLS)
        positive[held] = generator.binomial(total.astype(np.int64), mean)
        negative = np.zeros(CELLS)
        negative[held] = total - positive[held]
        found[deal] = _auc(positive, negative), calibration_error(positive, negative)
    return found


def expected_auc(rows: Floats, chances: Floats) -> float:
    """As `drift.estimate.expected` has it, of rows by cell; both of shape (cells,)."""
    positive, negative = rows * chances, rows * (1.0 - chances)
    # A row is positive by its chance, and no pair with itself.
    itself = float((positive * (1.0 - chances)).sum())
    return _auc(positive, negative, itself)


def _auc(positive: Floats, negative: Floats, itself: float = 0.0) -> float:
    pairs = positive.sum() * negative.sum() - itself
    won = positive @ (np.cumsum(negative) - negative / 2.0) - itself / 2.0
    return float(won / pairs) if pairs > 0 else math.nan
