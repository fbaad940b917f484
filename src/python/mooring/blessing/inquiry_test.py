"""What is asked, what is exempt, and that every question stands in the evidence."""

from __future__ import annotations

from typing import Any

import pytest

from mooring.blessing.conftest import hearing_of, voyages
from mooring.blessing.errors import GateUnusable
from mooring.blessing.honesty import ASK_ALL, QUESTIONS, Honesty, Question
from mooring.blessing.inquiry import EXEMPT, honesty_checks

HONEST = [
    "no feature tells the label",
    "no features tell the label together",
    "training rows are at hand",
    "no training row is judged",
    "no training row is judged under another id",
    "training ended before the holdout",
    "event times belong to the rows, holdout",
    "event times belong to the rows, training",
    "known in time, by observed_at",
    "labels dealt anew score like chance",
]


def test_everything_is_asked_unless_the_gate_says_otherwise() -> None:
    checks = list(honesty_checks(ASK_ALL, hearing_of(voyages()), None))
    assert [check.name for check in checks] == HONEST
    assert {check.verdict for check in checks[:-1]} == {"blessed"}
    assert checks[-1].verdict == "inconclusive"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_left_out_with_its_reason(question: Question) -> None:
    honesty = Honesty(exempt={question: "the supplier vouches for it"})
    checks = list(honesty_checks(honesty, hearing_of(voyages()), None))
    (exempt,) = [check for check in checks if check.metric == EXEMPT]
    assert (exempt.name, exempt.verdict, exempt.value) == (question, "blessed", None)
    assert exempt.reason == "not asked: the supplier vouches for it"
    assert {check.name for check in checks} - {question} < set(HONEST)


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        pytest.param({"exempt": {"overlap": " "}}, "overlap is exempt without", id="no reason"),
        pytest.param({"exempt": {"luck": "why not"}}, "no question is called luck", id="unknown"),
        pytest.param({"ceiling": 0.99}, "without a reason", id="another ceiling without a reason"),
        pytest.param({"ceiling": 1.1, "ceiling_reason": "so"}, "no shares", id="above one"),
        pytest.param({"ceiling": 0.5, "ceiling_reason": "so"}, "no shares", id="chance itself"),
        pytest.param({"most_copies": -0.1}, "no shares", id="fewer than no copies"),
    ],
)
def test_an_honesty_that_says_nothing_is_unusable(declared: dict[str, Any], problem: str) -> None:
    with pytest.raises(GateUnusable, match=problem):
        Honesty(**declared)


def test_another_ceiling_has_its_reason() -> None:
    assert Honesty(ceiling=0.9, ceiling_reason="a table of coin tosses").ceiling == 0.9
