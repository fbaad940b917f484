"""The prediction log: what is lost of it is lost to drift, quality and retraining."""

from __future__ import annotations

from mooring.observability.queries.scope import EVERY
from mooring.observability.rule import Alert
from mooring.observability.rules.grown import grown
from mooring.telemetry.capture import (
    CAPTURE_DROPPED,
    CAPTURE_REFUSED,
    CAPTURE_WRITER_STARTS,
    FEEDBACK_LABELS,
)
from mooring.telemetry.monitor import MONITOR_LAG, MONITOR_SEGMENTS

_BOARD = "mooring-serving"
# What a gateway that stops has to leave behind is no fault that lasts.
_LASTING = ('reason!="closing"',)
_DAMAGED = ('outcome="refused"',)
_REFUSED = ('outcome!~"accepted|duplicate"',)

_REFUSED_LABELS = grown(FEEDBACK_LABELS, "1h", "model", where=_REFUSED)

LOG = (
    Alert(
        name="PredictionLogDropping",
        expr=f"{grown(CAPTURE_DROPPED, '10m', 'log', 'model', where=_LASTING)} > 0",
        wait="10m",
        severity="ticket",
        action="none",
        summary="Records of {{ $labels.model }} are lost to the log of {{ $labels.log }}",
        description="{{ $value | humanize }} within ten minutes. Predictions are answered all the "
        "same; drift and quality are computed from what is left.",
        board=_BOARD,
        panel="Records that were dropped",
    ),
    Alert(
        name="PredictionLogRefused",
        expr=f"{EVERY.most(CAPTURE_REFUSED, 'instance')} == 1",
        wait="5m",
        severity="ticket",
        action="none",
        summary="The disk of {{ $labels.instance }} refuses the prediction log",
        description="It is full or read-only. Records wait in memory until they do not fit.",
        board=_BOARD,
        panel="Writer of the prediction log",
    ),
    Alert(
        name="LogWriterRestarting",
        expr=f"{grown(CAPTURE_WRITER_STARTS, '1h', 'instance')} > 2",
        severity="ticket",
        action="none",
        summary="The writer of the prediction log at {{ $labels.instance }} keeps dying",
        description="{{ $value | humanize }} starts within an hour. Nothing is lost by one of "
        "them; something kills it.",
        board=_BOARD,
        panel="Writer of the prediction log",
    ),
    Alert(
        name="LabelsRefused",
        expr=f"{_REFUSED_LABELS} > 20 and "
        f"{_REFUSED_LABELS} > 0.1 * {grown(FEEDBACK_LABELS, '1h', 'model')}",
        severity="ticket",
        action="none",
        summary="Labels for {{ $labels.model }} are refused",
        description="{{ $value | humanize }} within an hour, more than a tenth: they contradict "
        "others, or name predictions that are unknown or somebody else's.",
        board=_BOARD,
        panel="Labels that callers sent",
    ),
    Alert(
        name="PredictionLogDamaged",
        expr=f"{grown(MONITOR_SEGMENTS, '1d', 'model', where=_DAMAGED)} > 0",
        severity="ticket",
        action="none",
        summary="Segments of the log of {{ $labels.model }} cannot be read",
        description="{{ $value | humanize }} within a day are not what was sealed. What precedes "
        "the damage was read.",
        board="mooring-health",
        panel="Segments of the log that were read",
    ),
    Alert(
        name="MonitorLagging",
        expr=f"{EVERY.most(MONITOR_LAG, 'model')} > 3600",
        wait="15m",
        severity="ticket",
        action="none",
        summary="The monitor does not keep up with the log of {{ $labels.model }}",
        description="The oldest segment that it has not read is {{ $value | humanizeDuration }} "
        "old. Drift and quality are late by as much.",
        board="mooring-health",
        panel="Age of what is not read yet",
    ),
)
