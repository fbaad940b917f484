"""A world without processes: gateways that obey at once, services that are ready when told so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mooring.bundle.release import Released
from mooring.contract.routing import Target
from mooring.delivery.controller.ports import Counts, Observed, Urls
from mooring.delivery.controller.publish import read_published
from mooring.delivery.controller.testing.releases import MODEL, target


def counts(requests: int, **hits: int) -> Counts:
    """Counts in which the rules that are not named hit nothing."""
    return Counts(requests, {"errors": 0, "invalid": 0, "slow": 0} | hits)


@dataclass
class Traffic:
    """Gateways at `routing`; each look counts `requests` more of each version that is routed, of
    which `errors` fail.
    """

    routing: Path
    names: tuple[str, ...] = ("http://one", "http://two")
    requests: int = 100
    errors: Mapping[int, int] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    aborted: set[str] = field(default_factory=set)
    lag: int = 0
    counted: dict[str, dict[tuple[str, int], Counts]] = field(default_factory=dict)

    def look(self) -> Mapping[str, Observed | None]:
        """Count what has come since the last look."""
        return {name: None if name in self.silent else self._one(name) for name in self.names}

    def _one(self, name: str) -> Observed:
        published = read_published(self.routing)
        counted = self.counted.setdefault(name, {})
        for model, route in (published.models if published else {}).items():
            for side in (route.champion, route.challenger):
                if side is not None and route.challenger is not None:
                    before = counted.get((model, side.version), counts(0))
                    failed = before.hits["errors"] + self.errors.get(side.version, 0)
                    more = counts(before.requests + self.requests, errors=failed)
                    counted[model, side.version] = more
        version = published.version if published else 0
        aborted = frozenset({MODEL} if name in self.aborted else ())
        return Observed(7.0, version - self.lag, aborted, dict(counted))


@dataclass
class Services:
    """A launcher whose services are ready unless they are named here."""

    missing: set[int] = field(default_factory=set)
    kept: dict[str, set[int]] = field(default_factory=dict)

    def ensure(self, model: str, wished: Released) -> Urls | None:
        """Its address, which follows from the version."""
        return None if wished.version in self.missing else target(wished.version).urls

    def keep(self, model: str, targets: Collection[Target]) -> None:
        """Remember who is in use."""
        self.kept[model] = {each.version for each in targets}
