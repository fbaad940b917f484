"""How busy the gateway is, what it turns away, and how calls travel to the services."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import EVERY, Scope
from mooring.observability.query import Query
from mooring.telemetry.coalesce import ASKED_AGAIN, CALL_REQUESTS, CALL_ROWS
from mooring.telemetry.edge import EDGE_CONNECTIONS, EDGE_TURNED_AWAY
from mooring.telemetry.resilience import (
    BREAKER_STATE,
    EXPIRED,
    IN_FLIGHT,
    LIMIT,
    QUEUED,
    RETRIES,
    SHED_REQUESTS,
)
from mooring.telemetry.service import SERVICE_EXPIRED
from mooring.telemetry.upstream import UPSTREAM_REQUESTS


def lanes(scope: Scope) -> Panel:
    """Requests under way and waiting, against what may be under way."""
    return Panel(
        "Lanes",
        "timeseries",
        (
            Query(scope.total(IN_FLIGHT, "model"), "{{model}}, worked on"),
            Query(scope.total(QUEUED, "model"), "{{model}}, waiting"),
            Query(scope.total(LIMIT, "model"), "{{model}}, limit", role="threshold"),
        ),
        "none",
        "Prediction requests that are worked on and that wait, over all gateways, and how many "
        "may be worked on at once. The limit moves with how fast the service answers.",
        "Worked on below the limit, and nothing waiting.",
        "At the limit for minutes: the service needs more replicas. A limit that falls: the "
        "service slows down, see *Time of answers and their parts*.",
        least=0.0,
        width=8,
    )


def turned_away(scope: Scope) -> Panel:
    """Requests that were not answered with a prediction although they were in order."""
    return Panel(
        "Requests turned away and expired",
        "timeseries",
        (
            Query(scope.rate(SHED_REQUESTS, "reason"), "turned away: {{reason}}"),
            Query(scope.rate(EXPIRED, "where"), "expired: {{where}}"),
            Query(scope.rate(SERVICE_EXPIRED), "expired in the service"),
        ),
        "reqps",
        "Requests in a second that too many others kept out, and those whose deadline passed "
        "before the model was asked.",
        "None. A short burst after a start is harmless.",
        "`queue_full`, `queue_timeout`: add replicas, or ask the callers to slow down. Expired: "
        "callers give less time than answers take.",
        empty_when_healthy=True,
        least=0.0,
        width=8,
    )


def upstream(scope: Scope) -> Panel:
    """Calls to the services by what came of them."""
    return Panel(
        "Calls to model services by outcome",
        "timeseries",
        (Query(scope.rate(UPSTREAM_REQUESTS, "outcome"), "{{outcome}}"),),
        "reqps",
        "Calls from the gateway to the model service; one that is retried counts twice.",
        "All `ok`.",
        "`unreachable`, `disconnected`: the service is down or restarts. `timeout`, `busy`: it is "
        "overloaded. `changed`, `invalid`: it serves something else than the routing document "
        "names. `refused`: the hop's tokens differ.",
        stacked=True,
        width=8,
    )


def retries(scope: Scope) -> Panel:
    """Calls that were made again."""
    return Panel(
        "Retries by outcome",
        "timeseries",
        (
            Query(scope.rate(RETRIES, "outcome"), "retried: {{outcome}}"),
            Query(scope.rate(ASKED_AGAIN), "asked again by itself"),
        ),
        "reqps",
        "Calls that failed before anything was executed and were made again, and requests that "
        "were asked once more alone because the call they shared was refused.",
        "None, or a few while a service restarts.",
        "`no_budget`: failures are many, and retrying is held back on purpose. Mend the service; "
        "see *Breakers of replicas*.",
        empty_when_healthy=True,
        least=0.0,
        width=8,
    )


def breakers(scope: Scope) -> Panel:
    """The state of each replica's breaker."""
    return Panel(
        "Breakers of replicas",
        "state-timeline",
        (
            Query(
                scope.most(BREAKER_STATE, "model", "version", "replica"),
                "{{version}} replica {{replica}}",
            ),
        ),
        "none",
        "Whether the gateway asks a replica: closed is asked, open is not, half-open is tried. "
        "The worst of all gateways is shown.",
        "Closed.",
        "Open: that replica fails. Its log says why; the place of its address in the routing "
        "document is its number.",
        states=((0.0, "closed", "green"), (1.0, "half-open", "yellow"), (2.0, "open", "red")),
        steps=(Step("green"), Step("yellow", 1.0), Step("red", 2.0)),
        width=8,
    )


def coalescing(scope: Scope) -> Panel:
    """How many requests and rows travel together."""
    return Panel(
        "Requests and rows in one call",
        "timeseries",
        (
            Query(scope.mean(CALL_REQUESTS), "requests, mean"),
            Query(scope.quantile(0.95, CALL_REQUESTS), "requests, 95%"),
            Query(scope.mean(CALL_ROWS), "rows, mean"),
            Query(scope.quantile(0.95, CALL_ROWS), "rows, 95%"),
        ),
        "none",
        "How many requests, and how many rows, travelled in one call to the model service.",
        "Near 1 when traffic is thin; more under load, which is what keeps answers fast.",
        "Near 1 while requests wait in *Lanes*: requests differ in what keeps them apart, such as "
        "their variant or deadline.",
        least=0.0,
        width=8,
    )


def connections() -> Panel:
    """Open connections of callers."""
    return Panel(
        "Open connections",
        "timeseries",
        (Query(EVERY.total(EDGE_CONNECTIONS, "instance"), "{{instance}}"),),
        "none",
        "Connections of callers that are open, for each gateway.",
        "Steady, and alike on all gateways.",
        "Growing without more requests: callers open new connections instead of keeping them, or "
        "somebody holds them open; see *Ended before the application*.",
        least=0.0,
        width=8,
    )


def at_the_edge() -> Panel:
    """What never became a request."""
    return Panel(
        "Ended before the application",
        "timeseries",
        (Query(EVERY.rate(EDGE_TURNED_AWAY, "reason"), "{{reason}}"),),
        "cps",
        "Connections and requests in a second that were ended because of how they were sent.",
        "Near none. Scanners of the internet make a few `malformed`.",
        "`slow`, `silent`, `unread`, `evicted`, `connections` in number: somebody holds "
        "connections open. Find the addresses in the log and close them off in front.",
        empty_when_healthy=True,
        least=0.0,
        width=8,
    )
