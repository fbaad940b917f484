"""Rules of thumb on the same traffic: fixed lines, each week by itself, rows for independent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp, wasserstein_distance

from mooring.drift.bins import SCORE
from mooring.drift.psi import psi
from tests.calibration.days import Floats, champion
from tests.calibration.deals import Days, Deal, Verdicts
from tests.calibration.traffic import Traffic

# Whether a week of one traffic differs from the reference's days of another.
Rule = Callable[[Traffic, Days, Traffic, Days], bool]


def _psi(
    names: Iterable[str] | None, line: float, then: Traffic, first: Days, now: Traffic, week: Days
) -> bool:
    return any(
        psi(then.counts[n][list(first)].sum(axis=0), now.counts[n][list(week)].sum(axis=0)) > line
        for n in names or then.counts
    )


def _any_number(
    differs: Callable[[Floats, Floats], bool], then: Traffic, first: Days, now: Traffic, week: Days
) -> bool:
    of_then, of_now = np.isin(then.day, first), np.isin(now.day, week)
    return any(
        differs(_present(then, n, of_then), _present(now, n, of_now)) for n in (*_numbers(), SCORE)
    )


def _numbers() -> list[str]:
    return [feature.name for feature in champion().contract.features if feature.numeric]


def _present(rows: Traffic, name: str, held: NDArray[np.bool_]) -> Floats:
    column = rows.answers.scores if name == SCORE else rows.columns[name]
    values = column[held]
    return np.asarray(values[~np.isnan(values)], dtype=np.float64)


def _by_ks(first: Floats, second: Floats) -> bool:
    return bool(ks_2samp(first, second, method="asymp").pvalue < 0.05)


def _by_wasserstein(first: Floats, second: Floats) -> bool:
    return bool(wasserstein_distance(first, second) > 0.1 * first.std())


RULES: Mapping[str, Rule] = {
    "PSI > 0.1, any feature": partial(_psi, None, 0.1),
    "PSI > 0.25, any feature": partial(_psi, None, 0.25),
    "PSI > 0.1, the score": partial(_psi, (SCORE,), 0.1),
    "KS p < 0.05, any number": partial(_any_number, _by_ks),
    "Wasserstein > 0.1 σ, any number": partial(_any_number, _by_wasserstein),
}


def verdicts(
    rule: Rule, before: Traffic, changes: Mapping[str, Traffic], deals: list[Deal], real: Deal
) -> Verdicts:
    """What a rule says to the weeks of each deal."""

    def of(deal: Deal, now: Traffic, weeks: Iterable[Days]) -> list[bool]:
        return [rule(before, deal.reference, now, week) for week in weeks]

    return Verdicts(
        np.array([of(deal, before, deal.quiet) for deal in deals]),
        {
            name: np.array([of(deal, after, deal.changed) for deal in deals])
            for name, after in changes.items()
        },
        np.array(of(real, before, real.quiet)),
    )
