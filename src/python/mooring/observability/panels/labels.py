"""Labels: whether they come, how late, and what becomes of them."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.scope import Scope
from mooring.observability.query import Query
from mooring.telemetry.quality import (
    AWAITING_LABEL,
    LABEL_COVERAGE,
    LABEL_DELAY,
    LABEL_HORIZON,
    LABEL_LAST,
    LABELS_JOINED,
)

# Of a cohort with fewer labels nothing is realised: late ones differ from early ones.
LEAST_COVERAGE = 0.95


def coverage(scope: Scope) -> Panel:
    """How much of a cohort has its labels."""
    return Panel(
        "Coverage of labels",
        "timeseries",
        (Query(scope.most(LABEL_COVERAGE, "version"), "{{version}}"),),
        "percentunit",
        "Share of the last matured cohort of predictions that has its label.",
        f"Above {LEAST_COVERAGE:.0%}; below it nothing is realised, since those that come late "
        "differ from those that come early.",
        "See *Delay of labels*: a source that is late needs a longer horizon; one that is silent "
        "needs mending.",
        steps=(Step("red"), Step("green", LEAST_COVERAGE)),
        least=0.0,
        most=1.0,
        width=8,
    )


def delay(scope: Scope) -> Panel:
    """How late labels come, and how late they may."""
    parts = tuple(
        Query(scope.quantile(part, LABEL_DELAY), f"{part:.0%} come within")
        for part in (0.5, 0.9, 0.99)
    )
    return Panel(
        "Delay of labels",
        "timeseries",
        (*parts, Query(scope.most(LABEL_HORIZON, "model"), "{{model}} horizon", role="threshold")),
        "s",
        "Time from a prediction to its label, by event time, and the horizon after which a cohort "
        "counts as matured.",
        "99 % well within the horizon.",
        "Near the horizon: cohorts are judged without their late labels. Declare a longer one.",
        least=0.0,
        width=8,
    )


def awaiting(scope: Scope) -> Panel:
    """Predictions without a label."""
    return Panel(
        "Predictions that await a label",
        "timeseries",
        (Query(scope.most(AWAITING_LABEL, "model"), "{{model}}"),),
        "none",
        "Predictions within the horizon that have no label yet.",
        "About as many as are made in the usual delay.",
        "Growing while predictions do not: labels no longer come, see *Time since the newest "
        "label*.",
        least=0.0,
        width=8,
    )


def last(scope: Scope) -> Panel:
    """How long ago the newest label came."""
    return Panel(
        "Time since the newest label",
        "timeseries",
        (Query(scope.age(LABEL_LAST, "model"), "{{model}}"),),
        "s",
        "Time since the newest label came.",
        "Within the usual rhythm of the source, such as a day.",
        "Three times the usual: the source of labels is silent, and quality is not known.",
        least=0.0,
        width=8,
    )


def joined(scope: Scope) -> Panel:
    """Labels by what became of them when they met their predictions."""
    return Panel(
        "Labels joined to predictions",
        "timeseries",
        (Query(scope.rate(LABELS_JOINED, "outcome"), "{{outcome}}"),),
        "cps",
        "Labels in a second, by what became of them when they were joined to predictions.",
        "Nearly all `joined`; `duplicate` where a source repeats itself.",
        "`conflict` goes to quarantine: two truths for one prediction. `unknown`, `stranger`: "
        "labels of predictions that are not ours, or from a key that may not give them.",
        stacked=True,
        width=8,
    )
