"""What the operator sees of the gateway's own eyes: what its logs and traces lost."""

from __future__ import annotations

from mooring.telemetry.metric import Label, Metric

SPAN_OUTCOME = Label("outcome", ("exported", "dropped", "failed"))

LOG_LINES_DROPPED = Metric(
    "mooring_gateway_log_lines_dropped_total", "counter",
    "Log lines that were not written, because their reader or their disk did not keep up.",
    ("gateway",),
)  # fmt: skip
TRACE_SPANS = Metric(
    "mooring_gateway_trace_spans_total", "counter",
    "Spans by what became of them: exported, dropped while too many waited, or failed to be sent.",
    ("gateway",), (SPAN_OUTCOME,),
)  # fmt: skip

METRICS = (LOG_LINES_DROPPED, TRACE_SPANS)
