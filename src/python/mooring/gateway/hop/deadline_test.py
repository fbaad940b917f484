from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.gateway.errors import BadPatience
from mooring.gateway.hop.deadline import Deadline, deadline_of, milliseconds, patience_of

SECONDS = st.floats(0.0, 1e6, allow_nan=False)


@pytest.mark.parametrize(
    ("promised", "longest", "patience", "expected"),
    [
        pytest.param(10.0, 30.0, None, 10.0, id="the contract's, if the caller does not say"),
        pytest.param(10.0, 30.0, 2.5, 2.5, id="the caller's, if it is in a hurry"),
        pytest.param(10.0, 30.0, 99.0, 10.0, id="the contract's, if the caller is patient"),
        pytest.param(60.0, 30.0, None, 30.0, id="the gateway's, if the contract is generous"),
        pytest.param(60.0, 30.0, 45.0, 30.0, id="the gateway's, if both are generous"),
        pytest.param(10.0, 30.0, 0.0, 0.0, id="none at all, if the caller does not wait"),
    ],
)
def test_the_shortest_wins(
    promised: float, longest: float, patience: float | None, expected: float
) -> None:
    deadline = deadline_of(promised, longest, patience, now=1_000.0)
    assert deadline.left(now=1_000.0) == expected


def test_time_runs_out() -> None:
    deadline = Deadline.within(2.0, now=100.0)
    assert [deadline.left(now) for now in (100.0, 101.5, 103.0)] == [2.0, 0.5, -1.0]
    assert [deadline.passed(now) for now in (101.9, 102.0, 102.1)] == [False, True, True]


def test_it_is_the_clock_of_this_machine_if_no_other_is_given() -> None:
    assert 3_500.0 < Deadline.within(3_600.0).left() <= 3_600.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param(None, None, id="nothing said"),
        pytest.param("1500", 1.5, id="milliseconds"),
        pytest.param("0", 0.0, id="none"),
        pytest.param("007", 0.007, id="leading zeros"),
    ],
)
def test_a_caller_says_milliseconds(text: str | None, seconds: float | None) -> None:
    assert patience_of(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("-1", id="a negative number"),
        pytest.param("1.5", id="a fraction"),
        pytest.param("2s", id="a unit"),
        pytest.param(" 5", id="a space"),
        pytest.param("1_000", id="what only Python reads as a number"),
        pytest.param("٣", id="a digit of another script"),
        pytest.param("1764460800000", id="a moment instead of a length of time"),
        pytest.param("9" * 5_000, id="a number that is slow to read"),
    ],
)
def test_anything_else_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadPatience) as refused:
        patience_of(text)
    assert "X-Request-Deadline-Ms" in str(refused.value)
    assert not text.strip() or text not in str(refused.value)


@given(SECONDS)
def test_the_next_process_is_never_told_more_than_is_left(left: float) -> None:
    told = patience_of(milliseconds(left)[:9])
    assert told is not None
    assert told <= left


def test_what_is_past_is_told_as_nothing_left() -> None:
    assert milliseconds(-3.2) == "0"
