"""The labels that metrics share. None carries a request id, a raw path, a value or an error."""

from __future__ import annotations

from mooring.telemetry.metric import Label

MODEL = Label("model", bound="the routing document")
VERSION = Label("version", bound="live versions of the routing document")
BUNDLE = Label("bundle", bound="live versions of the routing document")
CONTRACT = Label("contract", bound="live versions of the routing document")
FEATURE = Label("feature", bound="features of the contract; empty for the whole request")
ROUTE = Label("route", bound="route templates of the gateway, and `unmatched`")
METHOD = Label("method", ("GET", "HEAD", "POST", "OPTIONS", "other"))
CODE_CLASS = Label("code", ("1xx", "2xx", "3xx", "4xx", "5xx"))
VIOLATION = Label(
    "kind",
    ("missing", "type", "range", "category", "not_finite", "unknown_field", "rows", "malformed",
     "other"),
)  # fmt: skip
OUTCOME = Label(
    "outcome",
    ("ok", "unreachable", "disconnected", "timeout", "refused", "changed", "invalid",
     "not_ready", "busy"),
)  # fmt: skip
TURNED_AWAY = Label(
    "reason",
    ("malformed", "head_size", "target_size", "expectation", "method", "slow", "silent", "unread",
     "evicted", "connections"),
)  # fmt: skip

# From a cache-warm single row to the longest deadline anyone should promise; 0.1 s is the latency
# objective, so it has to be an edge.
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
