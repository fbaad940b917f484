"""Series for the alerts of the prediction log."""

from __future__ import annotations

from mooring.observability.rules.alerts.cases.case import HERE, MODEL, Case, of
from mooring.telemetry.capture import (
    CAPTURE_DROPPED,
    CAPTURE_REFUSED,
    CAPTURE_WRITER_STARTS,
    FEEDBACK_LABELS,
)
from mooring.telemetry.monitor import MONITOR_LAG, MONITOR_SEGMENTS

_OF_LOG = MODEL | {"log": "predictions"}
_TAKEN = of(FEEDBACK_LABELS, outcome="accepted", **MODEL)
_CONTRARY = of(FEEDBACK_LABELS, outcome="conflict", **MODEL)

LOG = (
    Case(
        "PredictionLogDropping",
        firing={of(CAPTURE_DROPPED, reason="full", **_OF_LOG): "0+1x40"},
        # What did not get out before a gateway ended.
        quiet={
            of(CAPTURE_DROPPED, reason="closing", **_OF_LOG): "0+1x40",
            of(CAPTURE_DROPPED, reason="full", **_OF_LOG): "7x40",
        },
        labels=_OF_LOG,
    ),
    Case(
        "PredictionLogRefused",
        firing={of(CAPTURE_REFUSED, **HERE): "0x10 1x30"},
        quiet={of(CAPTURE_REFUSED, **HERE): "0x10 1x3 0x27"},
        labels=HERE,
    ),
    Case(
        "LogWriterRestarting",
        firing={of(CAPTURE_WRITER_STARTS, **HERE): "1+0x60 2x10 3x10 4x40"},
        # The gateway itself was started anew: the count begins again.
        quiet={of(CAPTURE_WRITER_STARTS, **HERE): "1x80 1x40"},
        labels=HERE,
        at="90m",
    ),
    Case(
        "LabelsRefused",
        firing={_TAKEN: "0+8x90", _CONTRARY: "0+2x90"},
        # Forty an hour, among many: somebody mends their labels.
        quiet={
            _TAKEN: "0+100x90",
            _CONTRARY: "0+1x90",
            # Half of them, which are six an hour.
            of(FEEDBACK_LABELS, outcome="conflict", model="sloop"): "0+0.1x90",
        },
        labels=MODEL,
        at="80m",
    ),
    Case(
        "PredictionLogDamaged",
        firing={of(MONITOR_SEGMENTS, outcome="refused", **MODEL): "0x100 1x100"},
        # A segment that is cut short is what a killed gateway leaves behind.
        quiet={
            of(MONITOR_SEGMENTS, outcome="cut_short", **MODEL): "0x100 1x100",
            of(MONITOR_SEGMENTS, outcome="refused", **MODEL): "4x200",
        },
        labels=MODEL,
        at="3h",
    ),
    Case(
        "MonitorLagging",
        firing={of(MONITOR_LAG, **MODEL): "4000x40"},
        quiet={of(MONITOR_LAG, **MODEL): "0+170x20 0x20"},
        labels=MODEL,
    ),
)
