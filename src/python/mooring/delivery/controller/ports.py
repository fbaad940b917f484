"""What a rollout needs of the world; who composes the process brings it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from mooring.bundle.release import Released
from mooring.contract.routing import Target

Urls = tuple[str, ...]
Rule = str


@dataclass(frozen=True)
class Counts:
    """Answers of one version that a gateway judged, and how many of them each rule hit."""

    requests: int
    hits: Mapping[Rule, int]


@dataclass(frozen=True)
class Observed:
    """One gateway at one moment: which process it is (its start, seconds), which version of the
    document it obeys, whose challengers it keeps calls from, and its counts by model and version.
    """

    started: float
    version: int
    aborted: frozenset[str]
    counts: Mapping[tuple[str, int], Counts]

    def of(self, model: str, version: int) -> Counts:
        """The counts of one version; a version that was never asked has none."""
        return self.counts.get((model, version), Counts(0, {}))


class Gateways(Protocol):
    """What the gateways say of themselves."""

    @property
    def names(self) -> tuple[str, ...]:
        """All that there should be."""

    def look(self) -> Mapping[str, Observed | None]:
        """Each of them now; None for one that does not answer. Never raises."""


class Launcher(Protocol):
    """Who runs model services."""

    def ensure(self, model: str, released: Released) -> Urls | None:
        """Have it run, at once or by and by: where it answers, None while it is not ready.

        Raises a MooringError when it never will be.
        """

    def keep(self, model: str, targets: Collection[Target]) -> None:
        """These are in use; others of the model may end once their calls are finished."""


class Ledger(Protocol):
    """Who may change `release.json`. Both are asked again after a crash, whatever they did."""

    def promote(self, model: str, challenger: Released, reason: str) -> None:
        """Make the challenger the champion. Raises LedgerRefused, or what another try may mend."""

    def withdraw(self, model: str, challenger: Released, reason: str) -> None:
        """Take the challenger back. Raises LedgerRefused, or what another try may mend."""
