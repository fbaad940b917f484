"""Rate, errors and duration as callers meet them."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import EVERY, Scope, share
from mooring.observability.query import Query
from mooring.telemetry.requests import (
    GATEWAY_REQUEST_SECONDS,
    GATEWAY_REQUESTS,
    PREDICTIONS,
)
from mooring.telemetry.service import SERVICE_INFERENCE_SECONDS, SERVICE_PREDICTIONS
from mooring.telemetry.upstream import UPSTREAM_SECONDS

# The objective of latency, which is why it is an edge of the buckets.
IN_TIME = 0.1
_IN_TIME = (Step("green"), Step("red", IN_TIME))
# Where single requests are shown: they tell what the slowest have in common.
_TAIL = 0.99


def by_route() -> Panel:
    """Requests to the gateway by route and status."""
    return Panel(
        "Requests by route and status",
        "timeseries",
        (Query(EVERY.rate(GATEWAY_REQUESTS, "route", "code"), "{{route}} {{code}}"),),
        "reqps",
        "Answered requests in a second, of all models: by route template, never by path.",
        "As many as callers are known to send; nearly all of class 2xx.",
        "Much 4xx: see *Authentication by outcome* and *Broken promises by kind*. Much 5xx: see "
        "*Calls to model services by outcome*. Nothing at all: see *Targets that answer*.",
        stacked=True,
    )


def error_share(width: int = 12) -> Panel:
    """The parts of the requests that failed, by whose fault it is."""
    whole = EVERY.rate(GATEWAY_REQUESTS)
    return Panel(
        "Share of requests that fail",
        "timeseries",
        tuple(
            Query(share(EVERY.rate(GATEWAY_REQUESTS, where=(f'code="{code}"',)), whole), legend)
            for code, legend in (("5xx", "5xx, our fault"), ("4xx", "4xx, the caller's"))
        ),
        "percentunit",
        "Parts of all requests, by the class of the status code. 5xx uses up the error budget, "
        "4xx does not.",
        "5xx near 0. 4xx depends on the callers and should not jump.",
        "See which outcome grows in *Calls to model services by outcome*, and whether requests "
        "are turned away in *Requests turned away and expired*.",
        least=0.0,
        width=width,
    )


def slowest(width: int = 12) -> Panel:
    """The 95th percentile of each model."""
    return Panel(
        "95 % are answered within, by model",
        "timeseries",
        (Query(EVERY.quantile(0.95, GATEWAY_REQUEST_SECONDS, "model"), "{{model}}"),),
        "s",
        "Time within which 95 of 100 prediction requests are answered, from the first byte to "
        "the last.",
        f"Below the objective of {IN_TIME:g} s, drawn as a dashed line.",
        "Open the model on Mooring / Serving: *Time of answers and their parts* says where the "
        "time goes.",
        steps=_IN_TIME,
        least=0.0,
        width=width,
    )


def durations(scope: Scope) -> Panel:
    """Percentiles of the gateway, of its calls and of the model itself, on one axis."""
    gateway = tuple(
        Query(
            scope.quantile(part, GATEWAY_REQUEST_SECONDS),
            f"gateway, {part:.0%}",
            exemplars=part == _TAIL,
        )
        for part in (0.5, 0.95, _TAIL)
    )
    parts = (
        Query(scope.quantile(0.95, UPSTREAM_SECONDS), "call to the service, 95%"),
        Query(scope.quantile(0.95, SERVICE_INFERENCE_SECONDS), "inside the model, 95%"),
    )
    return Panel(
        "Time of answers and their parts",
        "timeseries",
        (*gateway, *parts),
        "s",
        "Percentiles of the whole answer, of the call to the model service within it, and of the "
        "model's own work within that. Dots are single requests, with the id of their trace.",
        f"The gateway's 95 % are below {IN_TIME:g} s and close to those of the call.",
        "Gateway far above the call: requests wait, see *Lanes*. Call far above the model: the "
        "service is short of CPU or batches wait. Model slow: compare versions, roll back.",
        steps=_IN_TIME,
        least=0.0,
    )


def duration_cells(scope: Scope) -> Panel:
    """All answers by how long they took."""
    return Panel(
        "Answers by their time",
        "heatmap",
        (Query(scope.cells(GATEWAY_REQUEST_SECONDS), "{{le}}", shape="heatmap"),),
        "s",
        "How many prediction requests took how long; what stands out holds many.",
        "One band, well below the objective.",
        "Two bands are two populations: compare versions in *Predictions by version*, or large "
        "and small requests in *Requests and rows in one call*.",
    )


def predictions(scope: Scope, width: int = 12) -> Panel:
    """Rows predicted by model and version, as the gateway answered and as services computed."""
    labels = ("model", "version")
    return Panel(
        "Predictions by version",
        "timeseries",
        (
            Query(scope.rate(PREDICTIONS, *labels), "{{model}} {{version}}, answered"),
            Query(scope.rate(SERVICE_PREDICTIONS, *labels), "{{model}} {{version}}, computed"),
        ),
        "cps",
        "Rows in a second that callers got predictions for, and rows that model services "
        "computed.",
        "Both are alike; a shadow computes what nobody is answered with.",
        "Computed above answered without a shadow: answers are lost on the way or come after the "
        "deadline, see *Requests turned away and expired*.",
        width=width,
    )
