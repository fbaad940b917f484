"""From changed files to everything that depends on them, and by which way: breadth first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mooring.delivery.plan.change import Change
from mooring.delivery.plan.rules import speaks_for_folder
from mooring.delivery.plan.target import Target

# From a changed file, target by target, to one that depends on it.
Way = tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """The targets of a checkout.

    `readers` names, by file, targets that read a file which no target of theirs owns: the lock
    that a test is run against, the configuration of the test runner.
    """

    targets: Mapping[str, Target]
    readers: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def dependents(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for target in self.targets.values():
            for dependency in target.dependencies:
                found.setdefault(dependency, []).append(target.address)
        return {address: sorted(set(users)) for address, users in found.items()}

    @cached_property
    def _owners(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for target in self.targets.values():
            for source in target.sources:
                found.setdefault(source, []).append(target.address)
        return found

    def owners(self, change: Change) -> list[str]:
        """The targets that a change changes at first hand."""
        found = {*self._owners.get(change.path, ()), *self.readers.get(change.path, ())}
        if change.status == "deleted":
            found.update(t.address for t in self.targets.values() if t.claims(change.path))
        if speaks_for_folder(change):
            found.update(t.address for t in self.targets.values() if t.lies_in(change.folder))
        return sorted(found)

    def reached(self, changes: Iterable[Change]) -> dict[str, Way]:
        """Each target that depends on a change, with a shortest way: the file, then targets."""
        way: dict[str, Way] = {}
        fresh: dict[str, Way] = {
            owner: (change.path, owner)
            for change in sorted(changes, reverse=True)
            for owner in self.owners(change)
        }
        while fresh:
            way.update(fresh)
            fresh = {
                dependent: (*path, dependent)
                for path, dependent in self._onward(fresh)
                if dependent not in way
            }
        return way

    def _onward(self, fresh: Mapping[str, Way]) -> Iterator[tuple[Way, str]]:
        for address, path in fresh.items():
            for dependent in self.dependents.get(address, ()):
                yield path, dependent
