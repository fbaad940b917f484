"""Two models on the same rows: how far apart they are, and within what interval by chance.

Rows of one day share its weather and its delays, so whole days are drawn with replacement, never
single rows: Field & Welsh, "Bootstrapping clustered data", J. R. Statist. Soc. B 69 (2007), for
blocks that are exchangeable; Künsch, Ann. Statist. 17 (1989), for why neighbours stay together.

Each metric is written as sums per block, or per pair of blocks, so that a resample is a product
with the block multiplicities and not a pass over the rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mooring.evaluation.metrics import Floats

Metric = Literal["log_loss", "brier", "roc_auc", "mae"]
METRICS: tuple[Metric, ...] = get_args(Metric)

# Where more is better; of the others less is.
RISING: frozenset[Metric] = frozenset({"roc_auc"})

# Evidence that is computed again must come out the same.
SEED = 20130401

# Multiplicities of shape (resamples, blocks) to the metric of every resample.
Resampled = Callable[[Floats], Floats]


@dataclass(frozen=True)
class PairedDifference:
    """Both values over all rows and the interval of candidate − champion, in the metric's unit.

    NaN where it is undefined: an answer that is not finite, fewer than two blocks, or, for
    `roc_auc`, one class only, be it in a single resample.
    """

    candidate: float
    champion: float
    lower: float
    upper: float
    blocks: int
    resamples: int

    @property
    def difference(self) -> float:
        """Candidate − champion."""
        return self.candidate - self.champion

    @property
    def finite(self) -> bool:
        """Whether there is an interval at all."""
        return all(map(math.isfinite, (self.difference, self.lower, self.upper)))


def compare(
    metric: Metric,
    labels: Floats,
    candidate: Floats,
    champion: Floats,
    blocks: NDArray[Any],
    *,
    resamples: int = 2_000,
    confidence: float = 0.95,
    seed: int = SEED,
) -> PairedDifference:
    """Bootstrap `metric(candidate) − metric(champion)` by whole blocks, paired: both models are
    measured on each resample. All arrays have shape (n,); `blocks` is the key of each row's block.

    The interval is the percentile interval, expanded for few blocks: see `tail`.
    """
    keys, block = np.unique(blocks, return_inverse=True)
    draws = multiplicities(len(keys), resamples, np.random.default_rng(seed))
    ones = np.ones((1, len(keys)))
    ours = resampled(metric, labels, candidate, block, len(keys))
    theirs = resampled(metric, labels, champion, block, len(keys))
    lower, upper = percentiles(ours(draws) - theirs(draws), tail(len(keys), confidence))
    return PairedDifference(
        candidate=float(ours(ones)[0]),
        champion=float(theirs(ones)[0]),
        lower=lower,
        upper=upper,
        blocks=len(keys),
        resamples=resamples,
    )


def multiplicities(blocks: int, resamples: int, generator: np.random.Generator) -> Floats:
    """How often each block is drawn, shape (resamples, blocks); every row sums to `blocks`."""
    if not blocks:
        return np.zeros((resamples, 0))
    drawn = generator.multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples)
    return drawn.astype(np.float64)


def tail(blocks: int, confidence: float) -> float:
    """The share to cut off at either end: Φ(−√(g/(g−1)) · t) with t of g−1 degrees of freedom.

    The plain percentile interval of few blocks is too narrow, by √((g−1)/g) and by taking normal
    quantiles for Student's: Hesterberg, "What Teachers Should Know About the Bootstrap", The
    American Statistician 69 (2015), section 3.2. NaN for fewer than two blocks.

    >>> round(tail(17, 0.95), 4), round(tail(10_000, 0.95), 4)
    (0.0144, 0.025)
    """
    if blocks < 2:
        return math.nan
    student = stats.t.isf((1 - confidence) / 2, blocks - 1)
    return float(stats.norm.sf(math.sqrt(blocks / (blocks - 1)) * student))


def percentiles(found: Floats, cut: float) -> tuple[float, float]:
    """The ends of what resamples found, a share of `cut` off at either; NaN where one is not
    finite.
    """
    if math.isnan(cut) or not np.isfinite(found).all():
        return math.nan, math.nan
    lower, upper = np.quantile(found, (cut, 1 - cut))
    return float(lower), float(upper)


def resampled(
    metric: Metric, labels: Floats, predictions: Floats, block: NDArray[np.intp], count: int
) -> Resampled:
    """The metric as a function of multiplicities; `block` numbers each row's block from 0.

    The function takes shape (resamples, count) and returns (resamples,), exactly what the metric
    would be of the rows repeated as often as their block was drawn.
    """
    if not len(labels) or not np.isfinite(predictions).all():
        return lambda draws: np.full(len(draws), math.nan)
    if metric == "roc_auc":
        return _roc_auc(labels, predictions, block, count)
    return _mean(_LOSSES[metric](labels, predictions), block, count)


def _mean(losses: Floats, block: NDArray[np.intp], count: int) -> Resampled:
    """Mean loss of the rows drawn: Σ m_g · loss_g / Σ m_g · n_g."""
    totals = np.bincount(block, losses, count)
    rows = np.bincount(block, minlength=count).astype(np.float64)

    def mean(draws: Floats) -> Floats:
        found: Floats = (draws @ totals) / (draws @ rows)
        return found

    return mean


def _roc_auc(labels: Floats, predictions: Floats, block: NDArray[np.intp], count: int) -> Resampled:
    """Share of pairs of a positive and a negative in the right order, a tie counting half:
    mᵀWm / (m·P)(m·N), where W[g, h] holds the wins of block g's positives over h's negatives.

    Wins are multiples of ½, so the sums are exact. Obuchowski, "Nonparametric analysis of clustered
    ROC curve data", Biometrics 53 (1997).
    """
    positive = labels == 1
    wins = _wins(predictions, positive, block, count)
    positives = np.bincount(block[positive], minlength=count).astype(np.float64)
    negatives = np.bincount(block[~positive], minlength=count).astype(np.float64)

    def auc(draws: Floats) -> Floats:
        won = np.einsum("rg,rg->r", draws @ wins, draws)
        pairs = (draws @ positives) * (draws @ negatives)
        found: Floats = np.divide(won, pairs, out=np.full(len(draws), math.nan), where=pairs > 0)
        return found

    return auc


def _wins(
    predictions: Floats, positive: NDArray[np.bool_], block: NDArray[np.intp], count: int
) -> Floats:
    """One sort a block and two binary searches a positive; shape (blocks, blocks)."""
    ahead, of_block = predictions[positive], block[positive]
    behind = [np.sort(predictions[~positive & (block == other)]) for other in range(count)]
    columns = [
        np.bincount(
            of_block,
            (np.searchsorted(them, ahead, "left") + np.searchsorted(them, ahead, "right")) / 2,
            count,
        )
        for them in behind
    ]
    return np.stack(columns, axis=1)


def _log_loss(labels: Floats, predictions: Floats) -> Floats:
    """−log of the probability given to what happened, in nats, clipped as scikit-learn does."""
    least = np.finfo(np.float64).eps
    happened = np.where(labels == 1, predictions, 1 - predictions)
    surprise: Floats = -np.log(np.clip(happened, least, 1 - least))
    return surprise


_LOSSES: dict[Metric, Callable[[Floats, Floats], Floats]] = {
    "log_loss": _log_loss,
    "brier": lambda labels, predictions: (labels - predictions) ** 2,
    "mae": lambda labels, predictions: np.abs(labels - predictions),
}
