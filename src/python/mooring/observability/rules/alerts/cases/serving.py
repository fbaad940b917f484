"""Series for the alerts of serving."""

from __future__ import annotations

from mooring.observability.queries.foreign import MOST_FILES, OPEN_FILES, UP
from mooring.observability.rules.alerts.cases.case import HERE, MODEL, THERE, VERSION, Case, of
from mooring.telemetry.models import MODEL_READY
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS
from mooring.telemetry.resilience import BREAKER_STATE, SHED_REQUESTS
from mooring.telemetry.upstream import UPSTREAM_REQUESTS

_GATEWAY = {"job": "mooring-gateway"}
_SERVICE = {"job": "mooring-service"}
_SHED = of(SHED_REQUESTS, reason="queue_full", **MODEL)
_ASKED = of(GATEWAY_REQUEST_SECONDS, "_count", **MODEL)

SERVING = (
    Case(
        "GatewayDown",
        firing={of(UP, **_GATEWAY, **HERE): "1x20 0x20", of(UP, **_GATEWAY, **THERE): "0x40"},
        quiet={of(UP, **_GATEWAY, **HERE): "1x40", of(UP, **_GATEWAY, **THERE): "0x40"},
        labels=_GATEWAY,
        also_firing=(({}, _GATEWAY),),
    ),
    Case(
        # Prometheus was told of none: the absent one has the job that the selector names.
        "ModelServiceDown",
        firing={of(UP, **_GATEWAY, **HERE): "1x40"},
        quiet={of(UP, **_SERVICE, **HERE): "1x28 0x12"},
        labels=_SERVICE,
        also_firing=(({of(UP, **_SERVICE, **HERE): "1x20 0x20"}, _SERVICE),),
    ),
    Case(
        "ServiceReplicaDown",
        firing={of(UP, **_SERVICE, **HERE): "1x40", of(UP, **_SERVICE, **THERE): "0x40"},
        # All are down: that is another alert.
        quiet={of(UP, **_SERVICE, **HERE): "0x40", of(UP, **_SERVICE, **THERE): "0x40"},
        labels=_SERVICE | THERE,
    ),
    Case(
        "ModelNotReady",
        firing={
            of(MODEL_READY, **MODEL, **HERE): "0x40",
            of(MODEL_READY, **MODEL, **THERE): "0x40",
        },
        quiet={of(MODEL_READY, **MODEL, **HERE): "0x40", of(MODEL_READY, **MODEL, **THERE): "1x40"},
        labels=MODEL,
    ),
    Case(
        "BreakerOpen",
        # Open, half-open, open again: an attempt every half minute.
        firing={
            of(BREAKER_STATE, replica="1", **VERSION): "0 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2x20"
        },
        quiet={of(BREAKER_STATE, replica="1", **VERSION): "2 2 2 2 0 2 2 2 2 0 2 2 2 2 0 0x30"},
        labels=VERSION | {"replica": "1"},
    ),
    Case(
        "LoadShedding",
        firing={_SHED: "0+20x40", _ASKED: "0+1000x40"},
        quiet={_SHED: "0+9x40", _ASKED: "0+1000x40"},
        labels=MODEL,
    ),
    Case(
        "UpstreamAnswersInvalid",
        firing={of(UPSTREAM_REQUESTS, outcome="invalid", **MODEL): "0x20 1x20"},
        quiet={
            of(UPSTREAM_REQUESTS, outcome="timeout", **MODEL): "0x20 9x20",
            of(UPSTREAM_REQUESTS, outcome="invalid", **MODEL): "9x40",
        },
        labels=MODEL,
    ),
    Case(
        "FilesRunningOut",
        firing={
            of(OPEN_FILES, **_GATEWAY, **HERE): "900x40",
            of(MOST_FILES, **_GATEWAY, **HERE): "1024x40",
        },
        quiet={
            of(OPEN_FILES, **_GATEWAY, **HERE): "700x40",
            of(MOST_FILES, **_GATEWAY, **HERE): "1024x40",
        },
        labels=_GATEWAY | HERE,
    ),
)
