"""The plan: which tests, images and Bentos a change needs, and why each.

Pants' own selection is the authority. What it is known to miss is added from the graph, with rules
that each have a reason; nothing is ever taken away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mooring.delivery.plan.change import Change, ChangeSet
from mooring.delivery.plan.graph import Graph, Way
from mooring.delivery.plan.rules import global_reason, is_document
from mooring.delivery.plan.target import Target

Because = tuple[str, Way]
UNEXPLAINED: Because = ("Pants selects it; the graph shows no way", ())


@dataclass(frozen=True)
class Needed:
    """A target to test or build; `path` leads from a changed file to it, target by target."""

    target: str
    name: str
    reason: str
    path: Way


@dataclass(frozen=True)
class Everything:
    """The file whose change needs everything, and the rule that says so."""

    path: str
    rule: str


@dataclass(frozen=True)
class Plan:
    """What continuous integration has to do for a change; `check` means lint and type check."""

    since: str
    changed: tuple[Change, ...]
    everything: Everything | None
    tests: tuple[Needed, ...]
    images: tuple[Needed, ...]
    bentos: tuple[Needed, ...]

    @property
    def check(self) -> bool:
        return not all(is_document(change.path) for change in self.changed)

    @property
    def docs_only(self) -> bool:
        """Whether only documents changed, and what is built reads none of them."""
        return bool(self.changed) and not (self.check or self.images or self.bentos)

    @property
    def any(self) -> bool:
        return bool(self.tests or self.images or self.bentos or self.check)


def everything_for(changes: Collection[Change]) -> Everything | None:
    """The first change, if any, that needs everything."""
    for change in sorted(changes):
        if reason := global_reason(change):
            return Everything(change.path, reason)
    return None


def plan_everything(changed: ChangeSet, cause: Everything, graph: Graph) -> Plan:
    """A plan of all there is."""
    reason = f"{cause.path} changed: {cause.rule}"
    because: Because = (reason, (cause.path,))
    return _plan(changed, cause, graph, dict.fromkeys(graph.targets, because))


def plan_selected(changed: ChangeSet, graph: Graph, selected: Collection[str]) -> Plan:
    """The union of what Pants selected and what the graph reaches, and which of them said so."""
    needed: dict[str, Because] = dict.fromkeys(selected, UNEXPLAINED)
    status = {change.path: change.status for change in changed.changes}
    for address, path in graph.reached(changed.changes).items():
        reason = f"{path[0]} was {status[path[0]]}"
        said = reason if address in selected else f"{reason}; Pants does not select it"
        needed[address] = (said, path)
    return _plan(changed, None, graph, needed)


def _plan(
    changed: ChangeSet,
    everything: Everything | None,
    graph: Graph,
    needed: Mapping[str, Because],
) -> Plan:
    found: dict[str | None, list[Needed]] = {}
    for address in sorted(needed):
        if target := graph.targets.get(address):
            found.setdefault(target.kind, []).append(_needed(target, *needed[address]))
    tests, images, bentos = (tuple(found.get(kind, ())) for kind in ("test", "image", "bento"))
    return Plan(changed.since, changed.changes, everything, tests, images, bentos)


def _needed(target: Target, reason: str, path: Way) -> Needed:
    return Needed(target.address, target.name, reason, path)
