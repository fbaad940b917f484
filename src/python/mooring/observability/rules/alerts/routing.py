"""Whether gateways obey the routing document, and how a challenger does."""

from __future__ import annotations

from mooring.observability.queries.scope import EVERY
from mooring.observability.rule import Alert
from mooring.observability.rules.grown import grown
from mooring.telemetry.retraining import RELEASE_DIFFERS
from mooring.telemetry.traffic import (
    CANARY_ABORTED,
    CHAMPION_PENDING,
    FALLBACKS,
    ROUTING_FROM_COPY,
    ROUTING_VALID,
    ROUTING_VERSION,
)

_BOARD = "mooring-serving"

ROUTING = (
    Alert(
        name="RoutingDocumentInvalid",
        expr=f"{EVERY.least(ROUTING_VALID, 'instance')} == 0",
        wait="2m",
        severity="ticket",
        action="none",
        summary="The gateway {{ $labels.instance }} refuses the routing document",
        description="It goes on with the last good one. Releases and rollbacks do not reach it.",
        board=_BOARD,
        panel="State of the routing document",
    ),
    Alert(
        name="RoutingFromCopy",
        expr=f"{EVERY.most(ROUTING_FROM_COPY, 'instance')} == 1",
        wait="2m",
        severity="ticket",
        action="none",
        summary="The gateway {{ $labels.instance }} started without a routing document",
        description="It obeys its own copy of an earlier one, which may be old.",
        board=_BOARD,
        panel="State of the routing document",
    ),
    Alert(
        name="GatewaysDisagree",
        expr=f"{EVERY.most(ROUTING_VERSION)} - {EVERY.least(ROUTING_VERSION)} > 0",
        wait="5m",
        severity="ticket",
        action="none",
        summary="Gateways obey different routing documents",
        description="The newest is {{ $value }} versions ahead of the oldest: which model answers "
        "depends on the gateway that is asked.",
        board=_BOARD,
        panel="Routing document of each gateway",
    ),
    Alert(
        name="ChampionPending",
        expr=f"{EVERY.most(CHAMPION_PENDING, 'model')} == 1",
        wait="10m",
        severity="ticket",
        action="none",
        summary="The new champion of {{ $labels.model }} does not become ready",
        description="The former champion has answered in its place for ten minutes.",
        board=_BOARD,
        panel="Models that can be asked",
    ),
    Alert(
        name="ChallengerNotReady",
        expr=f"{grown(FALLBACKS, '15m', 'model')} > 0",
        wait="15m",
        severity="ticket",
        action="none",
        summary="The champion of {{ $labels.model }} answers the challenger's part",
        description="The challenger is not ready, or its breakers are open: its trial is at rest.",
        board=_BOARD,
        panel="Calls taken over by the champion",
    ),
    Alert(
        name="CanaryAborted",
        expr=f"{EVERY.most(CANARY_ABORTED, 'model')} == 1",
        severity="ticket",
        action="none",
        summary="The challenger of {{ $labels.model }} was found worse, and is kept from calls",
        description="Errors, invalid answers or slowness, beyond what the policy tolerates. The "
        "gateway holds calls back by itself, but forgets that when it restarts.",
        board=_BOARD,
        panel="Challenger kept away",
    ),
    Alert(
        name="ReleaseDiffers",
        expr=f"{EVERY.most(RELEASE_DIFFERS, 'model')} == 1",
        wait="1h",
        severity="ticket",
        action="none",
        summary="{{ $labels.model }} is not served as its release.json says",
        description="For an hour the routing document has said something else.",
        board="mooring-retraining",
        panel="Routing differs from the release",
    ),
)
