"""Burn rates: failures that go on, are rare, are over, have just begun, or are few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from mooring.observability.rules.alerts.cases.case import Case, Given, of
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS, GATEWAY_REQUESTS

_ROUTE = {"route": "/v1/models/{model}:predict", "method": "POST"}
_PROBE = {"route": "/readyz", "method": "GET"}

# Requests of one step, and (share of bad ones, for so many steps) one after the other.
Course = tuple[float, tuple[tuple[float, int], ...]]


@dataclass(frozen=True)
class Courses:
    """What an alert is tried with, as courses of the share of bad requests."""

    step: str
    at: str
    firing: Course
    quiet: tuple[Course, ...]


def fast(budget: float) -> Courses:
    """Two hours by the minute; pages at 14.4 and 6 times the budget."""
    return Courses(
        "1m",
        "2h",
        firing=(1000, ((20 * budget, 120),)),
        quiet=(
            (1000, ((5 * budget, 120),)),
            # Half of all failed, until 40 minutes ago.
            (1000, ((0.5, 80), (0, 40))),
            # It has just begun, and may be over before anybody has got up.
            (1000, ((0, 115), (20 * budget, 5))),
            # Six requests an hour, half of them bad.
            (0.1, ((0.5, 120),)),
        ),
    )


def slow(budget: float) -> Courses:
    """Three days by half hours; tickets at 3 times the budget and at once the budget."""
    return Courses(
        "30m",
        "3d",
        firing=(30_000, ((4 * budget, 144),)),
        quiet=(
            (30_000, ((0.5 * budget, 144),)),
            (30_000, ((0.5, 126), (0, 18))),
            (30_000, ((0, 140), (5 * budget, 4))),
            (0.12, ((0.5, 144),)),
        ),
    )


def _errors(course: Course) -> Given:
    good, bad = _grown(course)
    return {
        of(GATEWAY_REQUESTS, code="2xx", **_ROUTE): good,
        of(GATEWAY_REQUESTS, code="5xx", **_ROUTE): bad,
        # What callers get wrong, and probes that fail, are no events of the promise.
        of(GATEWAY_REQUESTS, code="4xx", **_ROUTE): "0+500x432",
        of(GATEWAY_REQUESTS, code="5xx", **_PROBE): "0+500x432",
    }


def _times(course: Course) -> Given:
    good, _ = _grown(course)
    every, _ = _grown((course[0], tuple((0, steps) for _, steps in course[1])))
    return {
        of(GATEWAY_REQUEST_SECONDS, "_bucket", model="barge", le="0.1"): good,
        of(GATEWAY_REQUEST_SECONDS, "_bucket", model="barge", le="+Inf"): every,
        of(GATEWAY_REQUEST_SECONDS, "_count", model="barge"): every,
    }


def _grown(course: Course) -> tuple[str, str]:
    """Good and bad requests so far, step by step."""
    requests, pieces = course
    shares = [share for share, steps in pieces for _ in range(steps)]
    good = accumulate((requests * (1 - share) for share in shares), initial=0.0)
    return _values(good), _values(accumulate((requests * s for s in shares), initial=0.0))


def _values(numbers: Iterable[float]) -> str:
    return " ".join(f"{number:.4f}" for number in numbers)


def _case(alert: str, slo: str, courses: Courses) -> Case:
    given = _errors if slo == "availability" else _times
    first, *others = (given(course) for course in courses.quiet)
    return Case(
        alert,
        firing=given(courses.firing),
        quiet=first,
        also_quiet=tuple(others),
        labels={"slo": slo},
        step=courses.step,
        at=courses.at,
    )


BUDGETS = (
    _case("GatewayErrorBudgetBurnFast", "availability", fast(0.001)),
    _case("GatewayErrorBudgetBurnSlow", "availability", slow(0.001)),
    _case("GatewayLatencyBudgetBurnFast", "latency", fast(0.01)),
    _case("GatewayLatencyBudgetBurnSlow", "latency", slow(0.01)),
)
