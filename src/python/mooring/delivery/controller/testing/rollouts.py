"""Simulated rollouts: the judges of real gateways under the real state machine, without a network.

python -m mooring.delivery.controller.testing.rollouts [rollouts]     prints docs/rollout.md's table
"""

from __future__ import annotations

import heapq
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from mooring.contract.routing import Role
from mooring.delivery.controller.machine import Seen, advance, deed_of, route_of
from mooring.delivery.controller.plan import Plan
from mooring.delivery.controller.ports import Counts, Observed
from mooring.delivery.controller.state import State
from mooring.delivery.controller.testing.releases import MODEL, release, target
from mooring.gateway.testing.rollouts import (
    CHAMPION,
    FAILS,
    REQUESTS_PER_SECOND,
    ROLLOUTS,
    SEED,
    SLOW,
    Service,
    quantile,
)
from mooring.gateway.traffic.abort import Judge, Side, Ticket

_LOOK_SECONDS = 5.0
_WISH = release(1, 2)
_VERSIONS: Mapping[Role, int] = {"champion": 1, "challenger": 2}

# The shipped steps but for the time, of which requests that come so fast need none.
STEPS = tuple(step.model_copy(update={"seconds": 5.0}) for step in Plan().steps)
_DEFAULT = Plan(steps=STEPS)
# The hardest case for the bound: all that is seen counts.
_STRICT = Plan(
    steps=STEPS, tolerated_errors=0.0, tolerated_invalid=0.0, tolerated_slow=0.0, slow_factor=1.0
)


@dataclass(frozen=True)
class Scenario:
    """A rollout over so many gateways; `outage` is the part of all requests, at the end of each
    thousand, in which both sides fail.
    """

    name: str
    challenger: Service
    plan: Plan = _DEFAULT
    gateways: int = 2
    outage: float = 0.0


@dataclass(frozen=True)
class Result:
    """What became of many rollouts; of those aborted, the challenger's requests and all, sorted."""

    scenario: Scenario
    promoted: int
    by_gateway: int
    to_challenger: Sequence[int]
    to_both: Sequence[int]

    @property
    def aborted(self) -> int:
        return len(self.to_both)


SAME = [
    Scenario("A/A: no difference", CHAMPION),
    Scenario("A/A, nothing tolerated", CHAMPION, _STRICT),
    Scenario("A/A, a tenth of the time both fail", CHAMPION, _STRICT, outage=0.1),
]
WORSE = [
    Scenario("5 % errors, not 0.5 %", FAILS, gateways=1),
    Scenario("5 % errors, not 0.5 %", FAILS),
    Scenario("5 % errors, not 0.5 %", FAILS, gateways=8),
    Scenario("three times as slow", SLOW),
    Scenario("three times as slow", SLOW, gateways=8),
    Scenario("half of it fails", replace(CHAMPION, errors=0.5)),
]


@dataclass
class _Gateway:
    """A judge, and what it counted of the rounds that it judged."""

    judge: Judge
    counted: dict[Role, Side] = field(
        default_factory=lambda: {"champion": Side(), "challenger": Side()}
    )

    @classmethod
    def under(cls, plan: Plan, gateways: int) -> _Gateway:
        """One of so many."""
        counted: dict[Role, Side] = {"champion": Side(), "challenger": Side()}
        return cls(Judge(plan.policy(gateways), partial(_count, counted)), counted)

    def observed(self, version: int) -> Observed:
        """What its metrics would say."""
        counts = {
            (MODEL, _VERSIONS[role]): Counts(
                side.requests, {str(rule): hits for rule, hits in side.hits.items()}
            )
            for role, side in self.counted.items()
        }
        aborted = frozenset({MODEL} if self.judge.verdict == "aborted" else ())
        return Observed(1.0, version, aborted, counts)


def _count(counted: dict[Role, Side], role: Role, side: Side) -> None:
    counted[role].requests += side.requests
    for rule in counted[role].hits:
        counted[role].hits[rule] += side.hits[rule]


class _Rollout:
    """One rollout, from its first request to its end."""

    def __init__(self, scenario: Scenario, chance: random.Random) -> None:
        self.scenario = scenario
        self.chance = chance
        self.state = State(model=MODEL, champion=target(1))
        self.version = 1
        self.percent = 0.0
        self.gateways = [
            _Gateway.under(scenario.plan, scenario.gateways) for _ in range(scenario.gateways)
        ]
        self.under_way: list[tuple[float, int, Ticket, float, str]] = []
        self.challenged = 0

    def end(self) -> tuple[str, int, int]:
        """The verb that it ends with, or `gateway`, and the requests until then."""
        looks = REQUESTS_PER_SECOND * _LOOK_SECONDS
        for number in range(1_000_000):
            if number % looks == 0 and (verb := self._look(number / REQUESTS_PER_SECOND)):
                return verb, self.challenged, number
            self._ask(number)
        raise TimeoutError("a rollout that never ends")

    def _look(self, now: float) -> str:
        observed: dict[str, Observed | None] = {
            str(i): gateway.observed(self.version) for i, gateway in enumerate(self.gateways)
        }
        seen = Seen(target(1).urls, target(2).urls, observed, self.version, now)
        plan, before = self.scenario.plan, self.state
        self.state = advance(before, _WISH, seen, plan)
        count = len(self.gateways)
        route = route_of(self.state, plan, count)
        self.version += route_of(before, plan, count) != route
        self.percent = route.percent if route else 0.0
        deed = deed_of(self.state)
        if deed is None:
            return ""
        return "gateway" if "by itself" in deed.reason else deed.verb

    def _ask(self, number: int) -> None:
        now = number / REQUESTS_PER_SECOND
        while self.under_way and self.under_way[0][0] <= now:
            _, _, ticket, seconds, outcome = heapq.heappop(self.under_way)
            ticket.settle(seconds, outcome)
        gateway = self.chance.choice(self.gateways)
        percent = self.percent if gateway.judge.verdict != "aborted" else 0.0
        role: Role = "challenger" if self.chance.random() * 100 < percent else "champion"
        self.challenged += role == "challenger"
        seconds, outcome = self._answer(role, number)
        ticket = gateway.judge.enter(role)
        heapq.heappush(self.under_way, (now + seconds, number, ticket, seconds, outcome))

    def _answer(self, role: Role, number: int) -> tuple[float, str]:
        service = self.scenario.challenger if role == "challenger" else CHAMPION
        seconds = service.seconds(self.chance)
        out = number % 1000 >= 1000 * (1.0 - self.scenario.outage)
        return seconds, "refused" if out else service.outcome(self.chance)


def simulate(scenario: Scenario, rollouts: int = ROLLOUTS, seed: int = SEED) -> Result:
    """Run one scenario many times; the same seed gives the same result."""
    ends = [_Rollout(scenario, random.Random(f"{seed}/{n}")).end() for n in range(rollouts)]
    aborted = [end for end in ends if end[0] != "promote"]
    return Result(
        scenario,
        promoted=rollouts - len(aborted),
        by_gateway=sum(verb == "gateway" for verb, _, _ in aborted),
        to_challenger=sorted(challenged for _, challenged, _ in aborted),
        to_both=sorted(both for _, _, both in aborted),
    )


def table(results: Iterable[Result]) -> Iterator[str]:
    """The results as Markdown."""
    yield (
        "| Challenger | Gateways | Aborted | of these by a gateway alone | Promoted "
        "| to the challenger: median, p90 | to both: median |"
    )
    yield "|---|---|---|---|---|---|---|"
    for result in results:
        count = result.aborted + result.promoted
        yield (
            f"| {result.scenario.name} | {result.scenario.gateways} | {result.aborted} of {count} "
            f"| {result.by_gateway} | {result.promoted} "
            f"| {quantile(result.to_challenger, 0.5)}, {quantile(result.to_challenger, 0.9)} "
            f"| {quantile(result.to_both, 0.5)} |"
        )


if __name__ == "__main__":
    rollouts = int(sys.argv[1]) if len(sys.argv) > 1 else ROLLOUTS
    for line in table(simulate(each, rollouts) for each in (*SAME, *WORSE)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
