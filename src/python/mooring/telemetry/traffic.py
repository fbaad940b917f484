"""Which routing document is in force, how calls are split, and how a challenger does."""

from __future__ import annotations

from mooring.telemetry.labels import MODEL, VERSION
from mooring.telemetry.metric import Label, Metric

ROLE = Label("role", ("champion", "challenger"))
RULE = Label("rule", ("errors", "invalid", "slow"))
LOAD = Label("outcome", ("applied", "refused"))
SHADOW_OUTCOME = Label("outcome", ("answered", "dropped", "failed", "skipped"))
AGREED = Label("agreed", ("yes", "no"))

# Of probabilities; differences of numbers in other units only fill the last.
DIFFERENCES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)

ROUTING_VERSION = Metric(
    "mooring_gateway_routing_version", "gauge",
    "Version of the routing document that this gateway obeys.",
    ("gateway",),
)  # fmt: skip
ROUTING_VALID = Metric(
    "mooring_gateway_routing_valid", "gauge",
    "1 while the routing document can be read and is the one in force, else 0.",
    ("gateway",),
)  # fmt: skip
ROUTING_FROM_COPY = Metric(
    "mooring_gateway_routing_from_copy", "gauge",
    "1 while this gateway obeys its copy of an earlier document since it has read no other.",
    ("gateway",),
)  # fmt: skip
ROUTING_LOADS = Metric(
    "mooring_gateway_routing_loads_total", "counter",
    "Routing documents that were found changed, by what became of them.",
    ("gateway",), (LOAD,),
)  # fmt: skip
CHAMPION_PENDING = Metric(
    "mooring_gateway_champion_pending", "gauge",
    "1 while the former champion answers because the one of the routing document is not ready.",
    ("gateway",), (MODEL,),
)  # fmt: skip
SPLIT_CALLS = Metric(
    "mooring_gateway_split_calls_total", "counter",
    "Calls that asked for no variant of their own, by the one that was chosen.",
    ("gateway",), (MODEL, ROLE),
)  # fmt: skip
FALLBACKS = Metric(
    "mooring_gateway_fallbacks_total", "counter",
    "Calls of the challenger's part that went to the champion since the challenger was not ready.",
    ("gateway",), (MODEL,),
)  # fmt: skip
CANARY_WEIGHT = Metric(
    "mooring_gateway_canary_weight_ratio", "gauge",
    "The challenger's part of the calls on this gateway; 0 after an abort.",
    ("gateway",), (MODEL,), "ratio",
)  # fmt: skip
CANARY_ABORTED = Metric(
    "mooring_gateway_canary_aborted", "gauge",
    "1 while this gateway keeps calls from the challenger since it was found worse.",
    ("gateway",), (MODEL,),
)  # fmt: skip
CANARY_EVIDENCE = Metric(
    "mooring_gateway_canary_evidence_ratio", "gauge",
    "Evidence that the challenger is worse, relative to what an abort needs.",
    ("gateway",), (MODEL, RULE), "ratio",
)  # fmt: skip
CANARY_REQUESTS = Metric(
    "mooring_gateway_canary_requests_total", "counter",
    "Answers that a canary was judged by: those of rounds in which both sides have answered.",
    ("gateway",), (MODEL, VERSION), debug=True,
)  # fmt: skip
CANARY_HITS = Metric(
    "mooring_gateway_canary_hits_total", "counter",
    "Answers that a canary was judged by and that a rule of the abort hit.",
    ("gateway",), (MODEL, VERSION, RULE), debug=True,
)  # fmt: skip
SHADOW_CALLS = Metric(
    "mooring_gateway_shadow_calls_total", "counter",
    "Calls that the champion answered while the challenger is its shadow, by what became of them.",
    ("gateway",), (MODEL, SHADOW_OUTCOME),
)  # fmt: skip
SHADOW_DIFFERENCE = Metric(
    "mooring_gateway_shadow_difference", "histogram",
    "Absolute difference of champion and shadow for a row, in the unit of the prediction.",
    ("gateway",), (MODEL,), "", DIFFERENCES,
)  # fmt: skip
SHADOW_DECISIONS = Metric(
    "mooring_gateway_shadow_decisions_total", "counter",
    "Rows by whether champion and shadow are on the same side of the policy's threshold.",
    ("gateway",), (MODEL, AGREED),
)  # fmt: skip

METRICS = (
    ROUTING_VERSION, ROUTING_VALID, ROUTING_FROM_COPY, ROUTING_LOADS, CHAMPION_PENDING, SPLIT_CALLS,
    FALLBACKS, CANARY_WEIGHT, CANARY_ABORTED, CANARY_EVIDENCE, CANARY_REQUESTS, CANARY_HITS,
    SHADOW_CALLS, SHADOW_DIFFERENCE, SHADOW_DECISIONS,
)  # fmt: skip
