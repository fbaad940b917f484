"""Judging a canary: is the challenger worse than the champion, on the callers that were split?

Three rules, each with its own `Evidence` and a third of the policy's `false_aborts`: answers that
fail, answers that are no valid predictions, answers that are slow. Slow is what takes longer than
`slow_factor` times the 90th percentile of the champion's answers so far.

Answers are compared in rounds. A round is made of requests in the order in which they came: at
least one of each side, closed when it has both; it is judged when all of it is answered, and rounds
are judged in order. So neither who is in a round nor when it counts depends on what came out. An
outage of what both share fails both sides and proves nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

from mooring.contract.evidence import Evidence
from mooring.contract.routing import Policy, Role

Rule = Literal["errors", "invalid", "slow"]
Verdict = Literal["inconclusive", "no_harm_seen", "aborted"]

RULES: tuple[Rule, ...] = ("errors", "invalid", "slow")

# What was asked of a service and failed there. That it was not ready, or that the gateway had no
# room for the request, says nothing about a version.
_FAILED = {"unreachable", "disconnected", "timeout", "refused", "busy", "changed", "invalid"}

# The champion's latest answers, from which its 90th percentile is taken, now and then.
_REMEMBERED = 500
_REFRESHED_AFTER = 50
_PERCENTILE = 0.9

# More rounds than this wait for an answer only if something is never settled.
_MOST_ROUNDS = 10_000


class Side:
    """What one variant did: its requests, and how many of them each rule hit."""

    def __init__(self) -> None:
        self.requests = 0
        self.hits: dict[Rule, int] = dict.fromkeys(RULES, 0)

    def share(self, rule: Rule) -> float:
        """The part of the requests that a rule hit."""
        return self.hits[rule] / self.requests


class _Round:
    """Requests that are compared with each other; `slow_after` is fixed before any is answered."""

    def __init__(self, slow_after: float | None) -> None:
        self.slow_after = slow_after
        self.sides: dict[Role, Side] = {"champion": Side(), "challenger": Side()}
        self.entered: dict[Role, int] = {"champion": 0, "challenger": 0}
        self.open_requests = 0

    @property
    def full(self) -> bool:
        return all(self.entered.values())


class Ticket:
    """One request that is under way; settle it once, whatever becomes of it."""

    def __init__(self, judge: Judge, its_round: _Round, role: Role) -> None:
        self._judge = judge
        self._round = its_round
        self._role = role

    def settle(self, seconds: float, outcome: str) -> None:
        """It took so long and was `ok`, `gone` (nobody waits any more) or an error's reason."""
        self._round.open_requests -= 1
        self._judge.settled(self._round, self._role, seconds, outcome)


class Judge:
    """Watches one pair of champion and challenger on one gateway; `tell` hears of each round."""

    def __init__(self, policy: Policy, tell: Callable[[Role, Side], None] | None = None) -> None:
        self._policy = policy
        self._tell = tell or _nobody
        self.threshold = len(RULES) / policy.false_aborts
        self.sides: dict[Role, Side] = {"champion": Side(), "challenger": Side()}
        self.evidence: dict[Rule, Evidence] = {
            "errors": Evidence(policy.tolerated_errors),
            "invalid": Evidence(policy.tolerated_invalid),
            "slow": Evidence(policy.tolerated_slow),
        }
        self.slow_after: float | None = None
        self._champion_seconds: deque[float] = deque(maxlen=_REMEMBERED)
        self._fresh = 0
        self._rounds: deque[_Round] = deque(maxlen=_MOST_ROUNDS)

    def enter(self, role: Role) -> Ticket:
        """A request sets out."""
        if not self._rounds or self._rounds[-1].full:
            self._rounds.append(_Round(self.slow_after))
        current = self._rounds[-1]
        current.entered[role] += 1
        current.open_requests += 1
        return Ticket(self, current, role)

    @property
    def verdict(self) -> Verdict:
        """What is known by now; too little data is never a judgement."""
        enough = all(s.requests >= self._policy.minimum_requests for s in self.sides.values())
        if not enough:
            return "inconclusive"
        return "aborted" if self.proven is not None else "no_harm_seen"

    @property
    def proven(self) -> Rule | None:
        """The rule whose evidence is enough, if there is one."""
        found = (rule for rule in RULES if self.evidence[rule].peak >= self.threshold)
        return next(found, None)

    def settled(self, its_round: _Round, role: Role, seconds: float, outcome: str) -> None:
        """Count an answer, and judge the rounds that are complete by now."""
        if role == "champion" and outcome == "ok":
            self._learn_pace(seconds)
        slow = its_round.slow_after is not None and seconds > its_round.slow_after
        failed = outcome in _FAILED
        if failed or slow or outcome == "ok":
            hit = {"errors": failed, "invalid": outcome == "invalid", "slow": slow}
            for side in (its_round.sides[role], self.sides[role]):
                side.requests += 1
                for rule in RULES:
                    side.hits[rule] += hit[rule]
        while self._rounds and self._rounds[0].full and not self._rounds[0].open_requests:
            self._judge(self._rounds.popleft())

    def _judge(self, complete: _Round) -> None:
        champion, challenger = complete.sides["champion"], complete.sides["challenger"]
        if not champion.requests or not challenger.requests:
            return
        for role, side in complete.sides.items():
            self._tell(role, side)
        for rule in RULES:
            if rule != "slow" or complete.slow_after is not None:
                self.evidence[rule].bet(challenger.share(rule) - champion.share(rule))

    def _learn_pace(self, seconds: float) -> None:
        self._champion_seconds.append(seconds)
        self._fresh += 1
        if self._fresh >= _REFRESHED_AFTER:
            self._fresh = 0
            ordered = sorted(self._champion_seconds)
            pace = ordered[int(_PERCENTILE * len(ordered))]
            self.slow_after = self._policy.slow_factor * pace


def _nobody(role: Role, side: Side) -> None:
    """Hear of a round and do nothing."""
