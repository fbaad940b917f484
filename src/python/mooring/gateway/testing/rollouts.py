"""Simulated rollouts: how often a canary is aborted, rightly and wrongly, and after how long.

python -m mooring.gateway.testing.rollouts [rollouts]      prints the table of the documentation
"""

from __future__ import annotations

import heapq
import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mooring.contract.routing import Policy, Role
from mooring.gateway.traffic.abort import Judge, Ticket

ROLLOUTS = 500
SEED = 20_140_601
# So that some ten are under way at a time, and overtake each other.
REQUESTS_PER_SECOND = 500.0

_DEFAULT = Policy()
_STRICT = Policy(tolerated_errors=0.0, tolerated_invalid=0.0, tolerated_slow=0.0, slow_factor=1.0)


@dataclass(frozen=True)
class Service:
    """How one version answers: failures by chance, and log-normal latencies."""

    errors: float = 0.005
    median_seconds: float = 0.02
    spread: float = 0.5  # the standard deviation of the logarithm: p99 is 3.2 times the median

    def seconds(self, chance: random.Random) -> float:
        """How long one answer takes."""
        return self.median_seconds * math.exp(chance.gauss(0.0, self.spread))

    def outcome(self, chance: random.Random) -> str:
        """What comes of it."""
        return "refused" if chance.random() < self.errors else "ok"


@dataclass(frozen=True)
class Scenario:
    """A rollout; the challenger is as the champion until `turns_at`, counted in all requests."""

    name: str
    percent: float
    challenger: Service
    requests: int = 20_000
    turns_at: int = 0
    policy: Policy = _DEFAULT


@dataclass(frozen=True)
class Result:
    """What became of many rollouts; of those aborted, the requests until then, sorted."""

    scenario: Scenario
    rollouts: int
    to_challenger: Sequence[int]
    to_both: Sequence[int]

    @property
    def aborted(self) -> int:
        return len(self.to_both)


CHAMPION = Service()
FAILS = replace(CHAMPION, errors=0.05)
SLOW = replace(CHAMPION, median_seconds=0.06)

SAME = [
    Scenario("A/A: no difference", 5.0, CHAMPION, 6_000),
    Scenario("A/A: no difference", 50.0, CHAMPION, 3_000),
    Scenario("A/A, nothing tolerated", 5.0, CHAMPION, 6_000, policy=_STRICT),
    Scenario("A/A, nothing tolerated", 50.0, CHAMPION, 3_000, policy=_STRICT),
]
WORSE = [
    Scenario("5 % errors, not 0.5 %", 5.0, FAILS),
    Scenario("5 % errors, not 0.5 %", 50.0, FAILS),
    Scenario("three times as slow", 5.0, SLOW),
    Scenario("three times as slow", 50.0, SLOW),
    Scenario("half of it fails", 5.0, replace(CHAMPION, errors=0.5)),
    Scenario("5 % errors, after 5,000 good requests", 5.0, FAILS, 30_000, 5_000),
]
TOLERATED = [
    Scenario("1 % errors, not 0.5 %: tolerated", 5.0, replace(CHAMPION, errors=0.01), 6_000),
    Scenario("a fifth slower: tolerated", 5.0, replace(CHAMPION, median_seconds=0.024), 6_000),
]


def simulate(scenario: Scenario, rollouts: int = ROLLOUTS, seed: int = SEED) -> Result:
    """Run one scenario many times; the same seed gives the same result."""
    ends = [_rollout(scenario, random.Random(f"{seed}/{number}")) for number in range(rollouts)]
    aborted = [end for end in ends if end is not None]
    challenger, both = (sorted(end[side] for end in aborted) for side in (0, 1))
    return Result(scenario, rollouts, challenger, both)


def _rollout(scenario: Scenario, chance: random.Random) -> tuple[int, int] | None:
    """Requests to the challenger and to both until the abort, if there is one."""
    judge = Judge(scenario.policy)
    under_way: list[tuple[float, int, Answer]] = []
    challenged = 0
    for number in range(scenario.requests):
        now = number / REQUESTS_PER_SECOND
        while under_way and under_way[0][0] <= now:
            _, _, answer = heapq.heappop(under_way)
            answer.ticket.settle(answer.seconds, answer.outcome)
        if judge.verdict == "aborted":
            return challenged, number
        role: Role = "challenger" if chance.random() * 100 < scenario.percent else "champion"
        challenged += role == "challenger"
        turned = role == "challenger" and number >= scenario.turns_at
        service = scenario.challenger if turned else CHAMPION
        answer = Answer(judge.enter(role), service.seconds(chance), service.outcome(chance))
        heapq.heappush(under_way, (now + answer.seconds, number, answer))
    return None


@dataclass(frozen=True)
class Answer:
    """What one request will get, and when."""

    ticket: Ticket
    seconds: float
    outcome: str


def table(results: Sequence[Result]) -> Iterator[str]:
    """The results as Markdown."""
    yield "| Challenger | Canary | Aborted | to the challenger: median, p90 | to both: median |"
    yield "|---|---|---|---|---|"
    for result in results:
        scenario = result.scenario
        yield (
            f"| {scenario.name} | {scenario.percent:g} % | {result.aborted} of {result.rollouts} "
            f"| {quantile(result.to_challenger, 0.5)}, {quantile(result.to_challenger, 0.9)} "
            f"| {quantile(result.to_both, 0.5)} |"
        )


def quantile(ordered: Sequence[int], share: float) -> str:
    """The value below which `share` of them lie, for people."""
    return f"{ordered[int(share * (len(ordered) - 1))]:,}" if ordered else "–"


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROLLOUTS
    for line in table([simulate(each, count) for each in (*SAME, *WORSE, *TOLERATED)]):
        sys.stdout.write(f"{line}\n")
