"""How calls are split between champion and challenger, and how the challenger does."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import EVERY, Scope, share
from mooring.observability.query import Query
from mooring.telemetry.traffic import (
    CANARY_ABORTED,
    CANARY_EVIDENCE,
    CANARY_WEIGHT,
    CHAMPION_PENDING,
    FALLBACKS,
    ROUTING_FROM_COPY,
    ROUTING_LOADS,
    ROUTING_VALID,
    ROUTING_VERSION,
    SHADOW_CALLS,
    SHADOW_DECISIONS,
    SHADOW_DIFFERENCE,
    SPLIT_CALLS,
)

_YES = (Step("green"), Step("red", 1.0))


def split(scope: Scope) -> Panel:
    """The challenger's part of the calls, as wished and as measured."""
    part = scope.rate(SPLIT_CALLS, "model", where=('role="challenger"',))
    return Panel(
        "Challenger's part of the calls",
        "timeseries",
        (
            Query(share(part, scope.rate(SPLIT_CALLS, "model")), "{{model}}, measured"),
            Query(scope.most(CANARY_WEIGHT, "model"), "{{model}}, wished", role="threshold"),
        ),
        "percentunit",
        "Which part of the calls the canary's challenger gets, as the routing document wishes and "
        "as it came to be. The split is by a sticky key, so few callers make it uneven.",
        "Alike over hours. Both are 0 without a canary and after an abort.",
        "Measured 0 while more is wished: see *Challenger kept away*.",
        least=0.0,
        most=1.0,
    )


def kept_away(scope: Scope) -> Panel:
    """Why the challenger does not get its part."""
    return Panel(
        "Challenger kept away",
        "state-timeline",
        (
            Query(scope.most(CANARY_ABORTED, "model"), "{{model}}: canary aborted"),
            Query(scope.most(CHAMPION_PENDING, "model"), "{{model}}: new champion not ready"),
        ),
        "none",
        "Whether the canary was aborted because it was found worse, and whether the former "
        "champion still answers because the new one is not ready.",
        "No, both.",
        "Aborted: *Evidence against the challenger* names the rule; withdraw it with `mooring "
        "withdraw`. Not ready: its service's log says why.",
        states=((0.0, "no", "green"), (1.0, "yes", "red")),
        steps=_YES,
    )


def evidence(scope: Scope) -> Panel:
    """How near an abort is."""
    return Panel(
        "Evidence against the challenger",
        "timeseries",
        (Query(scope.most(CANARY_EVIDENCE, "model", "rule"), "{{model}}: {{rule}}"),),
        "percentunit",
        "Evidence that the challenger is worse, relative to what an abort needs; it may be looked "
        "at after every answer without making false aborts likelier.",
        "Well below 100 %, wandering.",
        "At 100 % calls go back to the champion by themselves. `errors`: it fails more often; "
        "`invalid`: it answers what the contract forbids; `slow`: it is late more often.",
        steps=_YES,
        least=0.0,
    )


def fallbacks(scope: Scope) -> Panel:
    """Calls of the challenger that the champion took over."""
    return Panel(
        "Calls taken over by the champion",
        "timeseries",
        (Query(scope.rate(FALLBACKS, "model"), "{{model}}"),),
        "reqps",
        "Calls of the challenger's part that went to the champion because the challenger was not "
        "ready.",
        "None.",
        "Callers notice nothing, but the canary learns nothing: mend the challenger's service.",
        empty_when_healthy=True,
        least=0.0,
    )


def shadow(scope: Scope) -> Panel:
    """What became of the calls that the shadow was to see."""
    return Panel(
        "Shadow calls by outcome",
        "timeseries",
        (Query(scope.rate(SHADOW_CALLS, "outcome"), "{{outcome}}"),),
        "reqps",
        "Calls that the champion answered while the challenger is its shadow, by what became of "
        "the shadow's.",
        "All `answered`; nothing without a shadow.",
        "`dropped`: the shadow is slower than the traffic, and callers come first. `failed`: its "
        "service's log says why.",
        empty_when_healthy=True,
        stacked=True,
        width=8,
    )


def agreement(scope: Scope) -> Panel:
    """Whether champion and shadow decide alike, and how far apart they are."""
    agreed = scope.rate(SHADOW_DECISIONS, "model", where=('agreed="yes"',))
    return Panel(
        "Champion and shadow agree",
        "timeseries",
        (Query(f"{agreed} / {scope.rate(SHADOW_DECISIONS, 'model')}", "{{model}}"),),
        "percentunit",
        "Part of the rows on which champion and shadow are on the same side of the policy's "
        "threshold.",
        "As often as the evaluation of the challenger made one expect; nothing without a shadow.",
        "Far less: the challenger sees other values than in its evaluation. Look at *Difference "
        "of champion and shadow* before it becomes a canary.",
        empty_when_healthy=True,
        most=1.0,
        width=8,
    )


def difference(scope: Scope) -> Panel:
    """How far apart the two predictions are."""
    return Panel(
        "Difference of champion and shadow",
        "heatmap",
        (Query(scope.cells(SHADOW_DIFFERENCE), "{{le}}", shape="heatmap"),),
        "none",
        "Absolute differences of the two predictions for the same row, in the unit of the "
        "prediction.",
        "Most of them small; nothing without a shadow.",
        "A second band far up: a group of rows that the two see differently. Find it in the "
        "prediction log.",
        empty_when_healthy=True,
        width=8,
    )


def document() -> Panel:
    """Which document each gateway obeys."""
    return Panel(
        "Routing document of each gateway",
        "timeseries",
        (Query(EVERY.most(ROUTING_VERSION, "instance"), "{{instance}}"),),
        "none",
        "Version of the routing document that each gateway obeys.",
        "The same on all of them; a new one is taken over within seconds.",
        "Gateways that differ for minutes: one does not reach the document, see *State of the "
        "routing document*.",
        decimals=0,
        width=8,
    )


def document_state() -> Panel:
    """Whether the document is in order."""
    return Panel(
        "State of the routing document",
        "state-timeline",
        (
            Query(f"1 - {EVERY.least(ROUTING_VALID, 'instance')}", "{{instance}}: not in order"),
            Query(EVERY.most(ROUTING_FROM_COPY, "instance"), "{{instance}}: obeys its copy"),
        ),
        "none",
        "Whether the newest document cannot be read or is refused, and whether a gateway obeys "
        "its copy of an earlier one.",
        "No, both.",
        "The gateway keeps obeying the last good document. `mooring gateway check-config` says "
        "what is wrong with the new one.",
        states=((0.0, "no", "green"), (1.0, "yes", "red")),
        steps=_YES,
        width=8,
    )


def document_loads() -> Panel:
    """Documents that were found changed."""
    return Panel(
        "Routing documents read",
        "timeseries",
        (Query(EVERY.growth(ROUTING_LOADS, "outcome"), "{{outcome}}"),),
        "none",
        "Changed routing documents that gateways found, by what became of them.",
        "One `applied` for each gateway at each promotion.",
        "`refused`: see *State of the routing document*.",
        least=0.0,
        width=8,
    )
