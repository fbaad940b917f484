"""Labels dealt anew among the rows: a model that learns from them and still knows the true ones
was told them some other way.

The chance is that of the deal. One model of dealt labels may well be far from chance on the true
ones, for which way it leans is an accident that all rows of the holdout share: of 16 on real
flights the AUC was 0.456 to 0.565. So it is several deals, and Student's interval of their mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
from scipy import stats

from mooring.blessing.evidence import Check, Verdict
from mooring.blessing.hearing import SEED, Hearing, sampled
from mooring.contract.columns import Columns
from mooring.contract.errors import MooringError
from mooring.data.columns import columns_from, labels_from
from mooring.evaluation.metrics import Floats
from mooring.evaluation.probes import quality

# Train again on rows that are given, and answer with the new model: how the gate reaches training,
# which lies beside it.
Refit = Callable[[pl.DataFrame], Callable[[Columns], Floats]]

DEALS = 5
CONFIDENCE = 0.999

_CHANCE = {"probability": 0.5, "number": 0.0}
_METRICS = {"probability": "roc_auc", "number": "r2"}


def chance_stays_chance(hearing: Hearing, refit: Refit | None) -> Iterator[Check]:
    """Train on labels that were dealt anew over training and holdout rows, five times, and score
    the holdout's true labels; refused when the interval of the mean lies above chance.
    """
    if refit is None:
        yield _check(hearing, [], "nothing to train again with: a model without training code")
    elif not len(hearing.learned):
        yield _check(hearing, [], "the dataset has no row of the training period")
    else:
        try:
            yield _check(hearing, [_score(hearing, refit, deal) for deal in range(DEALS)])
        except (MooringError, ValueError) as error:
            problem = f"training on dealt labels failed ({type(error).__name__})"
            yield _check(hearing, [], problem)


def _score(hearing: Hearing, refit: Refit, deal: int) -> float:
    rows, label = hearing.sample, hearing.contract.prediction.label
    order = np.random.default_rng([SEED, deal]).permutation(len(rows))
    predict = refit(rows.with_columns(rows[label].gather(order)))
    judged = sampled(hearing.holdout)
    answers = predict(columns_from(hearing.contract, judged))
    return quality(hearing.contract.prediction.kind, labels_from(hearing.contract, judged), answers)


def _check(hearing: Hearing, scores: list[float], reason: str = "") -> Check:
    kind = hearing.contract.prediction.kind
    known = bool(scores) and all(map(math.isfinite, scores))
    mean, least, most = _interval(scores) if known else (math.nan, math.nan, math.nan)
    verdict: Verdict = "inconclusive"
    if known:
        verdict = "refused" if least > _CHANCE[kind] else "blessed"
    if verdict == "refused":
        reason = "it knows labels that it was not told"
    return Check(
        name="labels dealt anew score like chance",
        rows=len(hearing.holdout),
        metric=_METRICS[kind],
        value=round(mean, 9) if known else None,
        demand=f"not above {_CHANCE[kind]} at {CONFIDENCE:.1%}, {DEALS} deals",
        verdict=verdict,
        lower=round(least, 9) if known else None,
        upper=round(most, 9) if known else None,
        reason=reason if known or reason else f"{_METRICS[kind]} is undefined here",
    )


def _interval(scores: list[float]) -> tuple[float, float, float]:
    """Mean and Student's interval over deals, one-sided confidence at either end."""
    mean = float(np.mean(scores))
    error = float(np.std(scores, ddof=1)) / math.sqrt(len(scores))
    reach = float(stats.t.ppf(CONFIDENCE, len(scores) - 1)) * error
    return mean, mean - reach, mean + reach
