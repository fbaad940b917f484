"""Joining the evidence of all gateways: their counters, weighed by one gambler for each rule.

A gateway counts answers of complete rounds, so that who is counted does not depend on what came
out. The growth of its counters between two looks is played as pairs: the n answers of either side
are dealt at random into m groups, m the smaller n, and each pair of groups is one bet on the
difference of their shares of hits. If a version makes no difference, the answers of a look are
exchangeable between the sides, whatever happened meanwhile, so each bet is fair given those before
it and Ville's bound holds for all looks at all gateways together (`mooring.contract.evidence`).

Two rules keep it so. A bet never joins two gateways: one that fails by itself, and sends its calls
in another proportion, would make a difference where there is none (Simpson's paradox). And growth
counts only under one version of the routing document and in one process: at another percent the
proportion is another, and a counter that began anew is less than it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from mooring.contract.evidence import Evidence, Money
from mooring.contract.routing import Role
from mooring.delivery.controller.plan import Plan
from mooring.delivery.controller.ports import Counts, Observed
from mooring.delivery.controller.state import RULES, Mark, Rollout

# A look at a gateway that answered more is played in larger groups.
_MOST_BETS = 2_000

Growth = Mapping[Role, Counts]


def weigh(
    rollout: Rollout, model: str, gateways: Mapping[str, Observed | None], plan: Plan
) -> Rollout:
    """Weigh what has been counted since the last look; a silent gateway is left as it is."""
    marks, counted, money = dict(rollout.marks), dict(rollout.counted), dict(rollout.money)
    for name, observed in gateways.items():
        if observed is None:
            continue
        mark = _mark(rollout, model, observed)
        growth = _growth(marks.get(name), mark)
        if growth is not None and not all(side.requests for side in growth.values()):
            continue  # until it has something to compare
        marks[name] = mark
        if growth is not None:
            counted = {role: _sum(counted[role], growth[role]) for role in counted}
            chance = Random(f"{model} {name} {mark.champion.requests} {mark.challenger.requests}")
            money = _played(money, growth, plan, chance)
    return rollout.model_copy(update={"marks": marks, "counted": counted, "money": money})


def proven(rollout: Rollout, plan: Plan) -> str | None:
    """The rule whose evidence has been enough, if there is one."""
    found = (rule for rule in RULES if rollout.money[rule].peak >= plan.threshold)
    return next(found, None)


def bets(growth: Growth, rule: str, chance: Random) -> Iterator[float]:
    """The differences, challenger less champion, of the groups' shares of hits."""
    groups = min(_MOST_BETS, *(side.requests for side in growth.values()))
    champion = _shares(growth["champion"], rule, groups, chance)
    challenger = _shares(growth["challenger"], rule, groups, chance)
    return (worse - well for worse, well in zip(challenger, champion, strict=True))


def _shares(side: Counts, rule: str, groups: int, chance: Random) -> list[float]:
    """Deal the answers into groups whose sizes differ by one at most."""
    hits = [0] * groups
    for place in chance.sample(range(side.requests), side.hits.get(rule, 0)):
        hits[place * groups // side.requests] += 1
    edges = [-(-group * side.requests // groups) for group in range(groups + 1)]
    return [hit / (edges[i + 1] - edges[i]) for i, hit in enumerate(hits)]


def _played(
    money: Mapping[str, Money], growth: Growth, plan: Plan, chance: Random
) -> dict[str, Money]:
    tolerated = {
        "errors": plan.tolerated_errors,
        "invalid": plan.tolerated_invalid,
        "slow": plan.tolerated_slow,
    }
    after = {}
    for rule in RULES:
        evidence = Evidence(tolerated[rule], money[rule])
        for excess in bets(growth, rule, chance):
            evidence.bet(excess)
        after[rule] = evidence.money
    return after


def _mark(rollout: Rollout, model: str, observed: Observed) -> Mark:
    return Mark(
        started=observed.started,
        version=observed.version,
        champion=observed.of(model, rollout.champion.version),
        challenger=observed.of(model, rollout.challenger.version),
    )


def _growth(before: Mark | None, now: Mark) -> Growth | None:
    """None where the two cannot be compared: it begins anew with `now`."""
    if before is None or (before.started, before.version) != (now.started, now.version):
        return None
    growth: Growth = {
        "champion": _difference(now.champion, before.champion),
        "challenger": _difference(now.challenger, before.challenger),
    }
    return growth if all(map(_sound, growth.values())) else None


def _difference(now: Counts, before: Counts) -> Counts:
    hits = {rule: now.hits.get(rule, 0) - before.hits.get(rule, 0) for rule in RULES}
    return Counts(now.requests - before.requests, hits)


def _sum(one: Counts, other: Counts) -> Counts:
    hits = {rule: one.hits.get(rule, 0) + other.hits.get(rule, 0) for rule in RULES}
    return Counts(one.requests + other.requests, hits)


def _sound(growth: Counts) -> bool:
    """Whether counters only grew; a scrape between two of them may see more hits than requests."""
    return all(0 <= hits <= growth.requests for hits in growth.hits.values())
