"""The bound on false aborts, and what it costs: the table of docs/rollout.md is of this code."""

from __future__ import annotations

import pytest

from mooring.delivery.controller.testing.rollouts import SAME, WORSE, Scenario, simulate
from mooring.gateway.testing.rollouts import ROLLOUTS


@pytest.mark.parametrize("scenario", SAME, ids=lambda each: each.name)
def test_few_rollouts_of_one_that_is_no_worse_are_aborted(scenario: Scenario) -> None:
    """The budget is 1 %."""
    assert simulate(scenario).aborted <= ROLLOUTS * scenario.plan.false_aborts


@pytest.mark.parametrize("scenario", WORSE, ids=lambda each: f"{each.name}, {each.gateways}")
def test_nearly_all_of_one_that_is_worse_are_aborted(scenario: Scenario) -> None:
    assert simulate(scenario).aborted >= ROLLOUTS * 0.95
