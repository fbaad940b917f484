from __future__ import annotations

import pytest

from mooring.contract.routing import Policy, Role
from mooring.gateway.traffic.abort import Judge, Ticket

FAST, SLOW = 0.01, 0.5


def answered(judge: Judge, role: Role, outcome: str = "ok", seconds: float = FAST) -> None:
    judge.enter(role).settle(seconds, outcome)


def rollout(judge: Judge, rounds: int, outcome: str = "ok", seconds: float = FAST) -> Judge:
    """Rounds in which the champion is well and the challenger does as told."""
    for _ in range(rounds):
        answered(judge, "champion")
        answered(judge, "challenger", outcome, seconds)
    return judge


def test_without_data_nothing_is_known() -> None:
    assert Judge(Policy()).verdict == "inconclusive"


@pytest.mark.parametrize("alone", ["champion", "challenger"])
def test_one_side_alone_proves_nothing_however_bad_it_is(alone: Role) -> None:
    judge = Judge(Policy())
    for _ in range(500):
        answered(judge, alone, "refused")
    assert (judge.verdict, judge.proven) == ("inconclusive", None)


@pytest.mark.parametrize(
    ("outcome", "seconds", "rule"),
    [
        pytest.param("refused", FAST, "errors", id="it fails"),
        pytest.param("timeout", SLOW, "errors", id="it is silent"),
        pytest.param("invalid", FAST, "errors", id="it answers nonsense, which is an error too"),
        pytest.param("ok", SLOW, "slow", id="it is slow"),
        pytest.param("gone", SLOW, "slow", id="its callers no longer wait"),
    ],
)
def test_a_challenger_is_aborted_when(outcome: str, seconds: float, rule: str) -> None:
    judge = rollout(rollout(Judge(Policy()), 60), 200, outcome, seconds)
    assert (judge.verdict, judge.proven) == ("aborted", rule)
    assert judge.evidence[rule].peak >= judge.threshold  # type: ignore[index]


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [
        pytest.param("ok", FAST, id="it is well"),
        pytest.param("not_ready", FAST, id="it is not there"),
        pytest.param("overloaded", FAST, id="the gateway had no room"),
        pytest.param("gone", FAST, id="its callers hang up soon"),
        pytest.param("ok", FAST * 1.9, id="it is slower, but not slow"),
    ],
)
def test_a_challenger_goes_on_when(outcome: str, seconds: float) -> None:
    judge = rollout(rollout(Judge(Policy()), 60), 500, outcome, seconds)
    assert (judge.verdict, judge.proven) == ("no_harm_seen", None)


def test_few_requests_are_no_judgement_though_all_of_them_fail() -> None:
    judge = rollout(Judge(Policy(minimum_requests=50)), 49, "refused")
    assert (judge.verdict, judge.proven) == ("inconclusive", "errors")
    assert rollout(judge, 1, "refused").verdict == "aborted"


def test_an_outage_of_both_proves_nothing() -> None:
    judge = rollout(Judge(Policy()), 100)
    for _ in range(500):
        answered(judge, "champion", "unreachable")
        answered(judge, "challenger", "unreachable")
    assert judge.verdict == "no_harm_seen"


def test_a_round_waits_for_all_of_its_answers_and_counts_in_order() -> None:
    judge = Judge(Policy())
    first = [judge.enter("champion"), judge.enter("challenger")]
    second = [judge.enter("champion"), judge.enter("champion"), judge.enter("challenger")]
    settle(second, "ok")
    settle(first[:1], "ok")
    assert judge.evidence["errors"].rounds == 0
    settle(first[1:], "refused")
    assert judge.evidence["errors"].rounds == 2
    champion, challenger = judge.sides["champion"], judge.sides["challenger"]
    assert (champion.requests, challenger.requests, challenger.hits["errors"]) == (3, 2, 1)


def settle(tickets: list[Ticket], outcome: str) -> None:
    for ticket in tickets:
        ticket.settle(FAST, outcome)
