"""What is promised: service level objectives, and how their events are counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mooring.observability.queries.scope import summed
from mooring.telemetry.metric import Metric

Matchers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Links:
    """Where the links of alerts lead: addresses without a slash at the end."""

    runbooks: str
    boards: str


@dataclass(frozen=True)
class Objective:
    """One promise: the share `objective` of the events of a period is good.

    Of a counter, `events` and `bad` choose series by label; of a histogram, an event is bad when it
    took longer than `slower_than`, an edge of its buckets. Below `least_bad` bad events nobody is
    told.
    """

    name: str
    objective: float
    days: int
    least_bad: int
    metric: Metric
    events: Matchers = field(default_factory=dict)
    bad: Matchers = field(default_factory=dict)
    slower_than: float | None = None

    @property
    def period(self) -> str:
        """The period as PromQL spells it."""
        return f"{self.days}d"

    @property
    def budget(self) -> str:
        """The share that may be bad, in PromQL: written out, for 1 - 0.999 is no float."""
        return f"(1 - {self.objective!r})"

    def all_in(self, window: str, function: str) -> str:
        """Events of a window, by `rate` or `increase`."""
        suffix = "" if self.slower_than is None else "_count"
        return self._summed(suffix, self.events, window, function)

    def bad_in(self, window: str, function: str) -> str:
        """Bad events of a window; 0 where none was ever counted."""
        if self.slower_than is None:
            return (
                f"({self._summed('', {**self.events, **self.bad}, window, function)} or vector(0))"
            )
        within = self._summed("_bucket", {"le": (edge(self.slower_than),)}, window, function)
        return f"({self.all_in(window, function)} - {within})"

    def _summed(self, suffix: str, matchers: Matchers, window: str, function: str) -> str:
        chosen = ",".join(_matcher(label, values) for label, values in matchers.items())
        series = f"{self.metric.name}{suffix}" + (f"{{{chosen}}}" if chosen else "")
        return summed(f"{function}({series}[{window}])")


@dataclass(frozen=True)
class Promises:
    """All that `slo.toml` says."""

    links: Links
    objectives: tuple[Objective, ...]


@dataclass(frozen=True)
class Burn:
    """One pair of windows: an alert when both burn the budget faster than `factor` allows."""

    long: str
    short: str
    # The share of the period's budget that is spent when the long window says so.
    share: Fraction

    def factor(self, days: int) -> float:
        """How many times faster than evenly the budget burns: share times period by long window.

        >>> [burn.factor(30) for burn in (*FAST, *SLOW)]
        [14.4, 6.0, 3.0, 1.0]
        """
        return float(self.share * days * 24 / hours(self.long))


def hours(window: str) -> Fraction:
    """The length of a window.

    >>> hours("30m"), hours("3d")
    (Fraction(1, 2), Fraction(72, 1))
    """
    return Fraction(int(window[:-1])) * _HOURS[window[-1]]


def edge(bound: float) -> str:
    """An edge as the label `le` spells it: prometheus-client writes a float in full."""
    return repr(float(bound))


def _matcher(label: str, values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return f'{label}="{values[0]}"'
    # The backslash is doubled, since it stands in a quoted text. Braces are no repetition here.
    pattern = "|".join(_SPECIAL.sub(r"\\\\\1", value) for value in values)
    return f'{label}=~"{pattern}"'


_SPECIAL = re.compile(r"([.+*?()|\[\]^$\\])")
_HOURS = {"m": Fraction(1, 60), "h": Fraction(1), "d": Fraction(24)}

# The pairs of the SRE workbook, chapter 5: short is a twelfth of long, so that an alert ends soon
# after its cause. Fast ones wake somebody.
FAST = (Burn("1h", "5m", Fraction(2, 100)), Burn("6h", "30m", Fraction(5, 100)))
SLOW = (Burn("1d", "2h", Fraction(10, 100)), Burn("3d", "6h", Fraction(10, 100)))
