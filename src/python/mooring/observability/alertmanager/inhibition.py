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
    """An alert that explains others: while it fires, only it needs a person.

    `equal` names the labels that both must share; an empty tuple is for what all models hang on.
    """

    alert: str
    explains: str  # a regular expression over names
    equal: tuple[str, ...] = ()


# Nothing is measured behind a gateway that is down: budgets burn, rates fall silent.
CAUSES = (
    Cause("GatewayDown", "(Gateway|Model|Prediction|Log|Canary|Routing|Challenger).+"),
    Cause("ModelServiceDown", "(Gateway.*Budget|Breaker|Upstream|Canary|Feature|Drift).+"),
    Cause("MonitorDown", "(Monitor|Drift|Labels|Estimated|Realized|Retrain).+"),
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
    # The alert itself must not be its own effect: RE2 has no negative look-ahead.
    target = [f'alertname=~"{cause.explains}"', f'alertname!="{cause.alert}"']
    return _rule([f'alertname="{cause.alert}"'], target, cause.equal)


def _rule(source: list[str], target: list[str], equal: tuple[str, ...]) -> dict[str, Any]:
    rule: dict[str, Any] = {"source_matchers": source, "target_matchers": target}
    return rule | ({"equal": list(equal)} if equal else {})
