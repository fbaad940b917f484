"""Which days look broken rather than drifted: they block a retrain, and are no evidence for one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mooring.contract.contract import Contract
from mooring.drift.bins import SCORE
from mooring.drift.broken import Kind, broken
from mooring.drift.reference import Reference
from mooring.monitor.judging.difference import counts_of, seasonal_names
from mooring.monitor.judging.summary import DaySummary


@dataclass(frozen=True)
class Soundness:
    """The bugs by feature. Rows that break the contract are none of them: they get no answer, and
    so are in no log.
    """

    features: Mapping[str, tuple[Kind, ...]]

    @property
    def kinds(self) -> frozenset[Kind]:
        """All kinds, as `mooring_data_broken` has them."""
        return frozenset(kind for kinds in self.features.values() for kind in kinds)


def soundness(
    reference: Reference,
    contract: Contract,
    days: Sequence[DaySummary],
    *,
    begun: bool = False,
) -> Soundness:
    """Look for bugs in days together, or in one that has only `begun`.

    Of that no unit is suspected: its first rows are those of a night, and may all lie to one side
    of what whole days hold. What the log does not hold, and the score, show none. With fewer than
    100 rows nothing is said.
    """
    lopsided = {f.feature for f in reference.features} if begun else seasonal_names(contract)
    found = {
        feature.feature: broken(
            feature, counts_of(feature.feature, days), seasonal=feature.feature in lopsided
        )
        for feature in reference.features
        if feature.feature != SCORE
    }
    return Soundness({name: tuple(sorted(kinds)) for name, kinds in found.items() if kinds})


def broken_days(
    reference: Reference, contract: Contract, days: Iterable[DaySummary]
) -> tuple[date, ...]:
    """The days that show a bug each by itself."""
    return tuple(day.day for day in days if soundness(reference, contract, [day]).features)


def sound_days(
    reference: Reference, contract: Contract, days: Sequence[DaySummary], broken: Collection[date]
) -> Sequence[DaySummary]:
    """Days that may be evidence: those that are not `broken`, and none where these show a bug
    together.
    """
    rest = [day for day in days if day.day not in broken]
    return [] if soundness(reference, contract, rest).features else rest
