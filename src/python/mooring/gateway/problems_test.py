from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from mooring.contract.errors import InvalidRows, MooringError, Violation
from mooring.gateway.errors import (
    CircuitOpen,
    Overloaded,
    RequestError,
    Unserved,
    UpstreamError,
    UpstreamTimeout,
)
from mooring.gateway.problems import INTERNAL, KINDS, answer
from mooring.process.errors import StartError


def leaves(error: type[MooringError]) -> Iterator[type[MooringError]]:
    below = error.__subclasses__()
    if not below:
        yield error
    for one in below:
        yield from leaves(one)


def test_every_error_that_a_request_can_meet_is_in_the_table() -> None:
    met = {*leaves(RequestError), *leaves(Unserved), *leaves(UpstreamError), InvalidRows}
    assert met == set(KINDS)


def test_errors_of_the_caller_are_4xx_and_ours_are_5xx() -> None:
    for error, kind in KINDS.items():
        ours = issubclass(error, UpstreamError | Unserved)
        assert kind.status // 100 == (5 if ours else 4), error


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(KeyError("canary"), id="a bug"),
        pytest.param(StartError("canary"), id="an error that no request should meet"),
    ],
)
def test_anything_else_is_500_without_its_text(error: Exception) -> None:
    response = answer(error)
    assert response.status_code == INTERNAL.status == 500
    assert b"canary" not in response.body


def test_a_message_that_lists_hundreds_of_categories_is_cut() -> None:
    violations = [Violation("instances[0].dest", "literal_error", "x" * 10_000)] * 500
    response = answer(InvalidRows(violations))
    document = json.loads(bytes(response.body))
    assert len(response.body) <= 2_048
    assert 1 < len(document["errors"]) < InvalidRows.SHOWN
    assert document["detail"].startswith("500 violation(s)")


@given(
    st.lists(
        st.builds(
            Violation, st.text(max_size=600), st.just("literal_error"), st.text(max_size=600)
        ),
        min_size=1,
        max_size=30,
    )
)
def test_no_answer_about_rows_is_longer_than_2_kib(violations: list[Violation]) -> None:
    response = answer(InvalidRows(violations))
    assert len(response.body) <= 2_048
    assert json.loads(bytes(response.body))["errors"]


def test_a_deadline_has_no_retry_after_because_trying_again_would_only_add_load() -> None:
    assert "retry-after" not in answer(UpstreamTimeout("m", "late")).headers


@pytest.mark.parametrize(("named", "allowed"), [("POST", "POST"), ("GET", "GET, HEAD")])
def test_a_routing_error_says_what_is_allowed(named: str, allowed: str) -> None:
    response = answer(HTTPException(405, headers={"Allow": named}))
    assert (response.status_code, response.headers["allow"]) == (405, allowed)


def test_what_is_shed_says_why_in_a_header_too() -> None:
    response = answer(Overloaded("m", "queue_full"))
    shown = (response.headers["x-shed-reason"], json.loads(bytes(response.body))["reason"])
    assert shown == ("queue_full", "queue_full")
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [pytest.param(0.2, "1", id="at least one second"), pytest.param(7.2, "8", id="rounded up")],
)
def test_who_meets_an_open_breaker_is_told_when_it_is_tried_again(
    seconds: float, shown: str
) -> None:
    assert answer(CircuitOpen("m", seconds)).headers["retry-after"] == shown
