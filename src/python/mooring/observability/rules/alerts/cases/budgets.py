"""Burn rates: a failure that goes on, one that is over, one that is rare, and too few requests."""

from __future__ import annotations

from mooring.observability.rules.alerts.cases.case import Case, Given, of
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS, GATEWAY_REQUESTS

_ROUTE = {"route": "/v1/models/{model}:predict", "method": "POST"}
_PROBE = {"route": "/readyz", "method": "GET"}


def _answered(good: str, failed: str, refused: str = "0x700", probes: str = "0x700") -> Given:
    return {
        of(GATEWAY_REQUESTS, code="2xx", **_ROUTE): good,
        of(GATEWAY_REQUESTS, code="5xx", **_ROUTE): failed,
        of(GATEWAY_REQUESTS, code="4xx", **_ROUTE): refused,
        of(GATEWAY_REQUESTS, code="5xx", **_PROBE): probes,
    }


def _timed(within: str, every: str) -> Given:
    return {
        of(GATEWAY_REQUEST_SECONDS, "_bucket", model="barge", le="0.1"): within,
        of(GATEWAY_REQUEST_SECONDS, "_bucket", model="barge", le="+Inf"): every,
        of(GATEWAY_REQUEST_SECONDS, "_count", model="barge"): every,
    }


BUDGETS = (
    Case(
        "GatewayErrorBudgetBurnFast",
        firing=_answered("0+970x120", "0+30x120"),
        # Refusals of callers, probes that fail, and 1 % of errors: 10 times the even rate for an
        # hour is no page. Six hours of it would be.
        quiet=_answered("0+990x120", "0+10x120", "0+500x120", "0+500x120"),
        labels={"slo": "availability"},
        at="2h",
    ),
    Case(
        "GatewayErrorBudgetBurnSlow",
        firing=_answered("0+9960x450", "0+40x450"),
        # As bad, but over for more than six hours: nobody can do anything about it now.
        quiet=_answered("0+9960x450", "0+40x370 14800+0x80"),
        labels={"slo": "availability"},
        step="10m",
        at="3d",
    ),
    Case(
        "GatewayLatencyBudgetBurnFast",
        firing=_timed("0+70x120", "0+100x120"),
        # Half of them are slow, and of eight requests an hour that is no reason to wake anybody.
        quiet=_timed("0+1x4 4+0x25 4+1x4 8+0x90", "0+2x4 8+0x25 8+2x4 16+0x90"),
        labels={"slo": "latency"},
        at="2h",
    ),
    Case(
        "GatewayLatencyBudgetBurnSlow",
        firing=_timed("0+960x450", "0+1000x450"),
        quiet=_timed("0+995x450", "0+1000x450"),
        labels={"slo": "latency"},
        step="10m",
        at="3d",
    ),
)
