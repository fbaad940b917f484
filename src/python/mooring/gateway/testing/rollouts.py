"""Simulated rollouts: how often a canary is aborted, rightly and wrongly, and after how long.

    python -m mooring.gateway.testing.rollouts [rollouts]      prints the table of the documentation
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mooring.gateway.traffic.abort import Judge
from mooring.gateway.traffic.routing import Policy, Role

ROLLOUTS = 500
SEED = 20_140_601


@dataclass(frozen=True)
class Service:
    """How one version answers: failures by chance, and log-normal latencies."""

    errors: float = 0.005
    median_seconds: float = 0.02
    spread: float = 0.5  # the standard deviation of the logarithm: p99 is 3.2 times the median


@dataclass(frozen=True)
class Scenario:
    """A rollout; the challenger is as the champion until `turns_at`, counted in all requests."""

    name: str
    percent: float
    challenger: Service
    requests: int = 20_000
    turns_at: int = 0


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
_FAILS = replace(CHAMPION, errors=0.05)
_SLOW = replace(CHAMPION, median_seconds=0.06)

SAME = [Scenario("A/A: no difference", percent, CHAMPION) for percent in (5.0, 50.0)]
WORSE = [
    Scenario("5 % errors, not 0.5 %", 5.0, _FAILS),
    Scenario("5 % errors, not 0.5 %", 50.0, _FAILS),
    Scenario("three times as slow", 5.0, _SLOW),
    Scenario("three times as slow", 50.0, _SLOW),
    Scenario("half of it fails", 5.0, replace(CHAMPION, errors=0.5)),
    Scenario("5 % errors, after 10,000 good requests", 5.0, _FAILS, 40_000, 10_000),
]
TOLERATED = [
    Scenario("1 % errors, not 0.5 %: tolerated", 5.0, replace(CHAMPION, errors=0.01)),
    Scenario("a fifth slower: tolerated", 5.0, replace(CHAMPION, median_seconds=0.024)),
]


def simulate(scenario: Scenario, rollouts: int = ROLLOUTS, seed: int = SEED) -> Result:
    """Run one scenario many times; the same seed gives the same result."""
    ends = [_rollout(scenario, random.Random(f"{seed}/{number}")) for number in range(rollouts)]
    aborted = [end for end in ends if end is not None]
    challenger, both = (sorted(end[side] for end in aborted) for side in (0, 1))
    return Result(scenario, rollouts, challenger, both)


def _rollout(scenario: Scenario, chance: random.Random) -> tuple[int, int] | None:
    """Requests to the challenger and to both until the abort, if there is one."""
    judge = Judge(Policy())
    challenged = 0
    for number in range(scenario.requests):
        role: Role = "challenger" if chance.random() * 100 < scenario.percent else "champion"
        challenged += role == "challenger"
        turned = role == "challenger" and number >= scenario.turns_at
        _answer(judge, role, scenario.challenger if turned else CHAMPION, chance)
        if judge.verdict == "aborted":
            return challenged, number + 1
    return None


def _answer(judge: Judge, role: Role, service: Service, chance: random.Random) -> None:
    seconds = service.median_seconds * math.exp(chance.gauss(0.0, service.spread))
    outcome = "refused" if chance.random() < service.errors else "ok"
    judge.enter(role).settle(seconds, outcome)


def table(results: Sequence[Result]) -> Iterator[str]:
    """The results as Markdown."""
    yield "| Challenger | Canary | Aborted | to the challenger: median, p90 | to both: median |"
    yield "|---|---|---|---|---|"
    for result in results:
        scenario = result.scenario
        yield (
            f"| {scenario.name} | {scenario.percent:g} % | {result.aborted} of {result.rollouts} "
            f"| {_at(result.to_challenger, 0.5)}, {_at(result.to_challenger, 0.9)} "
            f"| {_at(result.to_both, 0.5)} |"
        )


def _at(ordered: Sequence[int], share: float) -> str:
    return f"{ordered[int(share * (len(ordered) - 1))]:,}" if ordered else "–"


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROLLOUTS
    for line in table([simulate(each, count) for each in (*SAME, *WORSE, *TOLERATED)]):
        sys.stdout.write(f"{line}\n")
