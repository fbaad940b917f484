"""Objectives as rules: error ratios over eight windows, the budget, and burn-rate alerts.

Many windows and many rates, as in the SRE workbook, chapter 5: the long window says that it
matters, the short one that it still goes on.
"""

from __future__ import annotations

from mooring.observability.queries.recorded import (
    BUDGET_LEFT,
    ERROR_RATIO,
    OBJECTIVE,
    SLO_WINDOWS,
)
from mooring.observability.rule import Alert, Group, Recorded, Severity
from mooring.observability.rules.objectives import FAST, SLOW, Burn, Objective, hours

# Over so many hours a ratio moves slowly, and reading its samples takes long.
_LONG_HOURS = 24


def burn_groups(objectives: tuple[Objective, ...]) -> tuple[Group, ...]:
    """What is recorded often, what is recorded seldom, and the alerts."""
    windows = sorted({*SLO_WINDOWS, *(o.period for o in objectives)}, key=hours)
    short = [window for window in windows if hours(window) < _LONG_HOURS]
    long = [window for window in windows if hours(window) >= _LONG_HOURS]
    return (
        Group("mooring-slo", _ratios(objectives, short)),
        Group("mooring-slo-budget", _ratios(objectives, long) + _budgets(objectives), "2m"),
        Group("mooring-slo-alerts", tuple(a for o in objectives for a in _alerts(o))),
    )


def ratio_name(window: str) -> str:
    """The recorded series that holds the share of bad events of a window."""
    series = ERROR_RATIO.get(window)
    return series.name if series else f"slo:sli_error:ratio_rate{window}"


def _ratios(objectives: tuple[Objective, ...], windows: list[str]) -> tuple[Recorded, ...]:
    return tuple(_ratio(o, window) for o in objectives for window in windows)


def _ratio(objective: Objective, window: str) -> Recorded:
    """No value where nobody asked: 0 / 0 is no promise kept."""
    bad, every = (part(window, "rate") for part in (objective.bad_in, objective.all_in))
    return _recorded(objective, ratio_name(window), f"{bad} / ({every} > 0)")


def _budgets(objectives: tuple[Objective, ...]) -> tuple[Recorded, ...]:
    return tuple(rule for o in objectives for rule in (_promised(o), _left(o)))


def _promised(objective: Objective) -> Recorded:
    return _recorded(objective, OBJECTIVE.name, f"vector({objective.objective!r})")


def _left(objective: Objective) -> Recorded:
    """What is left of the period's budget: 1 untouched, 0 spent, negative overdrawn."""
    spent = f'{ratio_name(objective.period)}{{slo="{objective.name}"}} / {objective.budget}'
    return _recorded(objective, BUDGET_LEFT.name, f"1 - {spent}")


def _recorded(objective: Objective, name: str, expr: str) -> Recorded:
    return Recorded(name, expr, carries=("slo",), labels={"slo": objective.name})


def _alerts(objective: Objective) -> tuple[Alert, Alert]:
    return (
        _alert(objective, "Fast", FAST, "page"),
        _alert(objective, "Slow", SLOW, "ticket"),
    )


def _alert(objective: Objective, speed: str, burns: tuple[Burn, ...], severity: Severity) -> Alert:
    first = burns[0]
    factor = f"{first.factor(objective.days):g}"
    share = f"{float(first.share * 100):g} %"
    said = TEXTS.get(objective.name, f"the promise {objective.name} is broken")
    return Alert(
        name=f"Gateway{STEMS.get(objective.name, objective.name.title())}BudgetBurn{speed}",
        expr="\nor\n".join(_both(objective, burn) for burn in burns),
        severity=severity,
        action="none",
        summary=f"{said}: {{{{ $value | humanizePercentage }}}} of them",
        description=(
            f"At {factor} times the even rate {share} of the budget of {objective.period} goes "
            f"within {first.long}. Promised are {objective.objective * 100:g} % good ones."
        ),
        board="mooring-overview",
        panel="Burn rate of the error budget",
    )


def _both(objective: Objective, burn: Burn) -> str:
    limit = f"{burn.factor(objective.days):g} * {objective.budget}"
    short, long = (
        f'{ratio_name(window)}{{slo="{objective.name}"}} > {limit}'
        for window in (burn.short, burn.long)
    )
    guard = f"{objective.bad_in(burn.long, 'increase')} >= {objective.least_bad}"
    return f"({short}\nand {long}\nand on () {guard})"


# How the two promises that we ship are called in the names of alerts, and what is said of them.
STEMS = {"availability": "Error", "latency": "Latency"}
TEXTS = {
    "availability": "Predictions fail",
    "latency": "Predictions are slow",
}
