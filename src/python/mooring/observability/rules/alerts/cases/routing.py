"""Series for the alerts of routing."""

from __future__ import annotations

from mooring.observability.rules.alerts.cases.case import HERE, MODEL, THERE, Case, of
from mooring.telemetry.retraining import RELEASE_DIFFERS
from mooring.telemetry.traffic import (
    CANARY_ABORTED,
    CHAMPION_PENDING,
    FALLBACKS,
    ROUTING_FROM_COPY,
    ROUTING_VALID,
    ROUTING_VERSION,
)

ROUTING = (
    Case(
        "RoutingDocumentInvalid",
        firing={of(ROUTING_VALID, **HERE): "1x20 0x20", of(ROUTING_VALID, **THERE): "1x40"},
        # It was being written.
        quiet={of(ROUTING_VALID, **HERE): "1x28 0x1 1x10"},
        labels=HERE,
    ),
    Case(
        "RoutingFromCopy",
        firing={of(ROUTING_FROM_COPY, **HERE): "1x40", of(ROUTING_FROM_COPY, **THERE): "0x40"},
        quiet={of(ROUTING_FROM_COPY, **HERE): "1x5 0x35"},
        labels=HERE,
    ),
    Case(
        "GatewaysDisagree",
        firing={of(ROUTING_VERSION, **HERE): "7x20 8x20", of(ROUTING_VERSION, **THERE): "7x40"},
        quiet={of(ROUTING_VERSION, **HERE): "7x20 8x20", of(ROUTING_VERSION, **THERE): "7x23 8x17"},
    ),
    Case(
        "ChampionPending",
        firing={of(CHAMPION_PENDING, **MODEL): "0x10 1x30"},
        # A service that takes five minutes to start.
        quiet={of(CHAMPION_PENDING, **MODEL): "0x25 1x5 0x10"},
        labels=MODEL,
    ),
    Case(
        "ChallengerNotReady",
        firing={of(FALLBACKS, **MODEL): "0+5x60"},
        quiet={of(FALLBACKS, **MODEL): "0x20 30+0x40"},
        labels=MODEL,
        at="45m",
    ),
    Case(
        "CanaryAborted",
        firing={
            of(CANARY_ABORTED, **MODEL, **HERE): "0x40",
            of(CANARY_ABORTED, **MODEL, **THERE): "1x40",
        },
        quiet={of(CANARY_ABORTED, **MODEL, **HERE): "0x40"},
        labels=MODEL,
    ),
    Case(
        "ReleaseDiffers",
        firing={of(RELEASE_DIFFERS, **MODEL): "1x120"},
        # A rollout that takes its time.
        quiet={of(RELEASE_DIFFERS, **MODEL): "0x50 1x40 0x30"},
        labels=MODEL,
        at="2h",
    ),
)
