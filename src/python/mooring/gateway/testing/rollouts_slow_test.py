from __future__ import annotations

import pytest

from mooring.gateway.testing.rollouts import SAME, TOLERATED, WORSE, Scenario, simulate

# Every A/A rollout counts against the promise; of the others a few show what they have to.
MANY, FEW = 500, 40


def named(scenario: Scenario) -> str:
    return f"{scenario.name} in a canary of {scenario.percent:g} %"


@pytest.mark.parametrize("scenario", SAME, ids=named)
def test_of_500_challengers_that_are_no_worse_at_most_one_in_a_hundred_is_aborted(
    scenario: Scenario,
) -> None:
    assert simulate(scenario, MANY).aborted <= MANY / 100


@pytest.mark.parametrize("scenario", WORSE, ids=named)
def test_a_challenger_that_is_worse_is_aborted(scenario: Scenario) -> None:
    assert simulate(scenario, FEW).aborted == FEW


@pytest.mark.parametrize("scenario", TOLERATED, ids=named)
def test_a_challenger_that_is_worse_within_the_tolerance_goes_on(scenario: Scenario) -> None:
    assert simulate(scenario, FEW).aborted == 0
