"""A shift of how features go together is seen; days that are days are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from mooring.evaluation.joint import Told, _areas, _deals, _wins, tell_apart
from mooring.evaluation.metrics import Floats

DAY = 150


def rows_of(days: int, together: float, own: float, chance: np.random.Generator) -> Floats:
    """Days of two features that go together, with a weather of their own."""
    first = chance.standard_normal((days, DAY))
    second = together * first + np.sqrt(1 - together**2) * chance.standard_normal((days, DAY))
    weather = own * chance.standard_normal((days, 1, 2))
    return (np.stack([first, second], axis=2) + weather).reshape(-1, 2)


def told(together: float, own: float, seed: int, window: int = 7) -> Told:
    chance = np.random.default_rng(seed)
    rows = np.concatenate([rows_of(17, 0.0, own, chance), rows_of(window, together, own, chance)])
    blocks = np.repeat(np.arange(17 + window), DAY)
    return tell_apart(rows, blocks, np.arange(17 + window) >= 17)


@pytest.mark.parametrize("own", [0.0, 1.0])
def test_days_that_are_dealt_by_chance_are_seldom_told_apart(own: float) -> None:
    p = np.array([told(0.0, own, seed).p_value for seed in range(30)])
    assert binomtest(int((p <= 0.05).sum()), len(p), 0.05, "greater").pvalue > 1e-3


def test_features_that_no_longer_go_together_are_told_apart() -> None:
    found = [told(0.6, 0.2, seed) for seed in range(10)]
    assert sum(each.p_value <= 0.01 for each in found) >= 8
    assert np.mean([each.area for each in found]) > 0.55


def test_the_area_is_scikit_learns_for_every_deal() -> None:
    chance = np.random.default_rng(1)
    block = np.repeat(np.arange(6), chance.integers(3, 9, 6))
    scores = chance.integers(0, 5, len(block)) / 4
    deals = _deals(np.array([0, 1, 0, 0, 1, 0], dtype=bool), chance)
    assert len(np.unique(deals, axis=0)) == len(deals) == 15
    assert np.flatnonzero(deals[0]).tolist() == [1, 4]
    expected = [roc_auc_score(deal[block], scores) for deal in deals]
    np.testing.assert_allclose(_areas(*_wins(scores, block, 6), deals), expected)


def test_of_many_deals_some_are_drawn() -> None:
    window = np.arange(30) < 10
    deals = _deals(window, np.random.default_rng(1))
    assert len(deals) == 2_000
    assert (deals.sum(axis=1) == 10).all()
    assert (deals[0] == window).all()


def test_one_block_cannot_be_told() -> None:
    with pytest.raises(ValueError, match="two blocks"):
        told(0.0, 0.0, 1, window=1)
