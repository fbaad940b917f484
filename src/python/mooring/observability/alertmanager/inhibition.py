"""Which alert makes which other superfluous, or forbids what it asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from mooring.observability.rule import Alert, Severity

# The last word of an alert's name says how strong it is; what stands before it is its family.
_STRENGTHS = ("Fast", "Slow", "Detected", "Warning")
_RANKS: dict[Severity, int] = {"page": 2, "ticket": 1, "info": 0}


@dataclass(frozen=True)
class Cause:
    """An alert that explains others, none of them more urgent: while it fires, it alone is told.

    `equal` names the labels that both must share; none where all models hang on the cause.
    """

    alert: str
    explains: tuple[str, ...]
    equal: tuple[str, ...] = ()


_BURNS = (
    "GatewayErrorBudgetBurnFast",
    "GatewayErrorBudgetBurnSlow",
    "GatewayLatencyBudgetBurnFast",
    "GatewayLatencyBudgetBurnSlow",
)
_OF_A_MODEL = ("BreakerOpen", "ChampionPending", "ChallengerNotReady", "LoadShedding")

CAUSES = (
    # Windows of hours still hold what failed before, and nothing arrives that could mend them.
    Cause("GatewayDown", (*_BURNS, "ModelNotReady", "GatewaysDisagree", *_OF_A_MODEL)),
    Cause("ModelServiceDown", (*_BURNS, "ModelNotReady", *_OF_A_MODEL)),
    # One model that is gone is not the only one that burns the budget: the burns stay.
    Cause("ModelNotReady", _OF_A_MODEL, ("model",)),
    Cause("MonitorDown", ("DriftMonitorStale", "MonitorLagging", "DriftComputationMismatch")),
    # What was feared has come true.
    Cause("RealizedPerformanceLow", ("EstimatedPerformanceLow",), ("model", "version")),
)


def inhibitions(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """All rules: broken data, a stronger alert of the same family, a cause."""
    return [_broken_data(), *_families(tuple(alerts)), *map(_cause, CAUSES)]


def family(name: str) -> str:
    """What an alert is about, without how strong it is.

    >>> family("GatewayErrorBudgetBurnFast")
    'GatewayErrorBudgetBurn'
    """
    return next((name.removesuffix(word) for word in _STRENGTHS if name.endswith(word)), name)


def _broken_data() -> dict[str, Any]:
    """Data that are broken look like drift, and a model must not learn from them."""
    return _rule(['action="block"'], ['action="retrain"'], ("model",))


def _families(alerts: tuple[Alert, ...]) -> list[dict[str, Any]]:
    """The stronger of a family silences the weaker for the same model and objective."""
    return [
        _rule([f'alertname="{strong.name}"'], [f'alertname="{weak.name}"'], ("model", "slo"))
        for strong, weak in permutations(alerts, 2)
        if family(strong.name) == family(weak.name)
        and _RANKS[strong.severity] > _RANKS[weak.severity]
    ]


def _cause(cause: Cause) -> dict[str, Any]:
    names = "|".join(cause.explains)
    return _rule([f'alertname="{cause.alert}"'], [f'alertname=~"{names}"'], cause.equal)


def _rule(source: list[str], target: list[str], equal: tuple[str, ...]) -> dict[str, Any]:
    rule: dict[str, Any] = {"source_matchers": source, "target_matchers": target}
    return rule | ({"equal": list(equal)} if equal else {})
