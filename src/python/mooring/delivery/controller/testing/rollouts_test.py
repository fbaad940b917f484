"""A few rollouts of those that `rollouts_slow_test.py` runs by the hundred."""

from __future__ import annotations

import pytest

from mooring.delivery.controller.testing.rollouts import SAME, WORSE, Scenario, simulate


@pytest.mark.parametrize("scenario", WORSE[-2:], ids=lambda each: each.name)
def test_a_challenger_that_is_worse_is_aborted(scenario: Scenario) -> None:
    assert simulate(scenario, rollouts=2).aborted == 2


def test_one_that_is_no_worse_is_promoted() -> None:
    assert simulate(SAME[1], rollouts=1).promoted == 1
