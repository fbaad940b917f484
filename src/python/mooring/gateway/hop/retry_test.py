from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.gateway import errors
from mooring.gateway.hop.retry import RetryBudget, RetryPolicy, pause, retryable


@pytest.mark.parametrize(
    ("error", "again"),
    [
        pytest.param(errors.UpstreamUnreachable, True, id="there was no connection"),
        pytest.param(errors.UpstreamDisconnected, True, id="it broke before the first byte"),
        pytest.param(errors.UpstreamNotReady, True, id="the service says it is not ready"),
        pytest.param(errors.UpstreamBusy, True, id="the service turned it away"),
        pytest.param(errors.UpstreamTimeout, False, id="the work may still go on"),
        pytest.param(errors.UpstreamRefused, False, id="it failed on it, and would again"),
        pytest.param(errors.UpstreamChanged, False, id="its columns are not understood any more"),
        pytest.param(errors.UpstreamInvalid, False, id="it answered, and wrongly"),
    ],
)
def test_only_what_was_not_executed_is_asked_again(
    error: type[errors.UpstreamError], again: bool
) -> None:
    assert retryable(error("m", "trouble")) is again


def test_an_open_breaker_is_no_reason_to_ask_again() -> None:
    assert not retryable(errors.CircuitOpen("m", 1.0))


def test_a_new_gateway_has_the_floor() -> None:
    budget = RetryBudget()
    assert [budget.take() for _ in range(5)] == [True, True, True, False, False]


def test_ten_requests_pay_for_one_retry() -> None:
    budget = RetryBudget(RetryPolicy(floor=0.0))
    paid = []
    for _ in range(40):
        budget.requested()
        paid.append(budget.take())
    assert 3 <= paid.count(True) <= 4


def test_quiet_times_save_up_no_more_than_a_burst() -> None:
    budget = RetryBudget()
    for _ in range(100_000):
        budget.requested()
    assert sum(budget.take() for _ in range(1_000)) == 16


# One entry for each request: whether its first call fails.
TRACES = st.lists(st.booleans(), max_size=400)


@given(TRACES, st.floats(0.0, 0.5), st.integers(0, 10))
def test_calls_never_pass_requests_by_more_than_the_budget(
    trace: list[bool], ratio: float, floor: int
) -> None:
    budget = RetryBudget(RetryPolicy(ratio=ratio, floor=float(floor)))
    calls = 0
    for done, fails in enumerate(trace, start=1):
        budget.requested()
        calls += 1
        if fails and budget.take():
            calls += 1
        assert calls <= (1.0 + ratio) * done + floor + 1e-9


@pytest.mark.parametrize("drawn", [0.0, 0.5, 1.0])
def test_the_pause_is_at_random_and_never_nothing(drawn: float) -> None:
    policy = RetryPolicy(pause_seconds=0.02)
    assert 0.01 <= pause(policy, lambda: drawn) <= 0.02
