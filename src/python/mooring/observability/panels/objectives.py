"""What was promised to callers, and how much of the allowance for errors is used up."""

from __future__ import annotations

from mooring.observability.panel import Colour, Column, Panel, Step
from mooring.observability.queries.foreign import ALERTS
from mooring.observability.queries.recorded import BUDGET_LEFT, ERROR_RATIO, OBJECTIVE
from mooring.observability.queries.scope import EVERY
from mooring.observability.query import Query
from mooring.observability.rules.objectives import FAST, SLOW

# The alerts' long windows, and the rates above which they speak: first pages, then tickets.
BURNS = (*FAST, *SLOW)
_COLOURS: tuple[Colour, ...] = ("red", "red", "orange", "yellow")
# Factors are those of this period, which the recorded ratio of the objective has too.
_DAYS = 30


def kept() -> Panel:
    """What was kept of the promises over their period, beside what was promised."""
    return Panel(
        "Objectives over 30 days",
        "stat",
        (
            Query(f"1 - {EVERY.most(ERROR_RATIO['30d'], 'slo')}", "{{slo}}", instant=True),
            Query(EVERY.most(OBJECTIVE, "slo"), "{{slo}}, promised", instant=True),
        ),
        "percentunit",
        "Share of requests that were answered without a fault of ours, and of those that were "
        "answered in time, over the period of the objectives.",
        "Each is at least what is promised beside it.",
        "See which window burns in *Burn rate of the error budget*, then which model fails below.",
        decimals=3,
        width=6,
        height=7,
    )


def budget_left() -> Panel:
    """What is left of the error budget."""
    return Panel(
        "Error budget left",
        "stat",
        (Query(EVERY.most(BUDGET_LEFT, "slo"), "{{slo}}", instant=True),),
        "percentunit",
        "Part of the errors that the objective allows in its period and that have not happened.",
        "Above a quarter. It comes back by itself as bad days leave the period.",
        "Below 0 the objective is broken: hold back what is risky, such as promotions, until it "
        "is back.",
        steps=(Step("red"), Step("orange", 0.0), Step("green", 0.25)),
        most=1.0,
        width=4,
        height=7,
    )


def burn_rate() -> Panel:
    """How fast the budget is used, by the windows that alerts look at."""
    return Panel(
        "Burn rate of the error budget",
        "timeseries",
        tuple(_burn(burn.long) for burn in BURNS),
        "none",
        "How many times faster than allowed errors use up the budget. At 1 it lasts for exactly "
        "the period; at 14.4 for two days.",
        "Below 1, with short peaks of the short windows.",
        "A page comes above 14.4 over an hour or 6 over six hours, a ticket above 3 over a day or "
        "1 over three days: follow the alert's runbook.",
        steps=_burn_steps(),
        logarithmic=True,
        decimals=2,
        width=14,
        height=7,
    )


def firing() -> Panel:
    """Which alerts fire now."""
    labels = ("alertname", "severity", "action", "model", "slo")
    where = ('alertstate="firing"', 'alertname!="Watchdog"')
    return Panel(
        "Firing alerts",
        "table",
        (Query(EVERY.most(ALERTS, *labels, where=where), instant=True, shape="table"),),
        "none",
        "Alerts that fire now. `action` says what the receiver may do by itself: retrain, hold "
        "retraining back, or nothing.",
        "Empty.",
        "Each alert has a runbook of its name in `docs/runbooks`.",
        columns=(
            Column("alertname", "Alert"),
            Column("severity", "Severity"),
            Column("action", "Action"),
            Column("model", "Model"),
            Column("slo", "Objective"),
        ),
        empty_when_healthy=True,
        width=10,
    )


def _burn_steps() -> tuple[Step, ...]:
    rates = zip(BURNS, _COLOURS, strict=True)
    steps = [Step(colour, burn.factor(_DAYS)) for burn, colour in rates]
    return (Step("green"), *sorted(steps, key=lambda step: step.value or 0.0))


def _burn(window: str) -> Query:
    errors, promised = EVERY.most(ERROR_RATIO[window], "slo"), EVERY.most(OBJECTIVE, "slo")
    return Query(f"{errors} / (1 - {promised})", f"{{{{slo}}}} over {window}")
