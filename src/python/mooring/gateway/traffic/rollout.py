"""One model's canary on this gateway: its split, its judge, and the abort."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from mooring.contract.routing import Role, Route
from mooring.gateway.errors import UpstreamError
from mooring.gateway.traffic.abort import RULES, Judge, Rule, Ticket
from mooring.gateway.traffic.split import Split
from mooring.gateway.traffic.tally import Tally
from mooring.telemetry.binding import Instruments
from mooring.telemetry.traffic import (
    CANARY_ABORTED,
    CANARY_EVIDENCE,
    CANARY_WEIGHT,
    FALLBACKS,
    SPLIT_CALLS,
)

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Rollout:
    """What is known of one pair of champion and challenger, from one document to the next.

    An abort is this gateway's own decision and only takes calls from the challenger. It stands
    until a document takes the challenger out (another mode, 0 %, another pair), which is how the
    controller says that it has noticed; one that only raises the percent crossed the abort on its
    way and changes nothing.
    """

    def __init__(
        self,
        model: str,
        route: Route,
        instruments: Instruments,
        chance: random.Random,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.model = model
        self.route = route
        self.since = now()
        self._tally = Tally(model, route, instruments)
        self.judge = Judge(route.policy, self._tally.count)
        self.aborted_by: Rule | None = None
        self.aborted_at: float | None = None
        self._split = Split(model, route, chance)
        self._instruments = instruments
        self._chance = chance
        self._now = now
        self._export()

    def under(self, route: Route) -> Rollout:
        """What goes on under another route: evidence and abort stay with their pair."""
        after = Rollout(self.model, route, self._instruments, self._chance, self._now)
        if not (_is_canary(route) and _is_canary(self.route) and _pair(route) == _pair(self.route)):
            return after
        after.since = self.since
        after.aborted_by, after.aborted_at = self.aborted_by, self.aborted_at
        if route.policy == self.route.policy:
            after.judge = self.judge
        after._export()
        return after

    @property
    def running(self) -> bool:
        """Whether callers are split now."""
        return _is_canary(self.route) and self.aborted_by is None

    @property
    def weight(self) -> float:
        """The challenger's part of the calls, from 0 to 1, on this gateway."""
        return self.route.percent / 100.0 if self.running else 0.0

    def to_challenger(self, key: str | None, able: bool) -> bool:
        """Whether a call goes to the challenger, which is `able` to answer or not."""
        if not self.running:
            return False
        fallen = self._split.to_challenger(key)
        if fallen and not able:
            self._instruments.add(FALLBACKS, model=self.model)
        role: Role = "challenger" if fallen and able else "champion"
        self._instruments.add(SPLIT_CALLS, model=self.model, role=role)
        return fallen and able

    async def watched(self, role: Role, answer: Awaitable[T]) -> T:
        """Await an answer and judge it."""
        ticket = self.judge.enter(role)
        started = time.perf_counter()
        outcome = "gone"
        try:
            result = await answer
            outcome = "ok"
            return result
        except UpstreamError as error:
            outcome = error.reason
            raise
        finally:
            self._settle(ticket, time.perf_counter() - started, outcome)

    def _settle(self, ticket: Ticket, seconds: float, outcome: str) -> None:
        ticket.settle(seconds, outcome)
        if self.running and self.judge.verdict == "aborted":
            self.aborted_by, self.aborted_at = self.judge.proven, self._now()
            self._log_abort()
        self._export_evidence()

    def _log_abort(self) -> None:
        rule = self.aborted_by
        if rule is None:
            return
        self._export()
        _log.error(
            "canary aborted on this gateway",
            extra={
                "model": self.model,
                "rule": rule,
                "since": datetime.fromtimestamp(self.since, UTC).isoformat(),
                "e_value": self.judge.evidence[rule].peak,
                "threshold": self.judge.threshold,
                **{f"{role}_requests": s.requests for role, s in self.judge.sides.items()},
                **{f"{role}_hits": s.hits[rule] for role, s in self.judge.sides.items()},
            },
        )

    def follow(self, after: Rollout | None) -> None:
        """Another route is in force, or none: take back what no longer holds."""
        if after is None or _pair(after.route) != _pair(self.route):
            self._tally.forget()
        if after is None or after.route.challenger is None:
            self._forget()

    def _forget(self) -> None:
        for metric in (CANARY_WEIGHT, CANARY_ABORTED):
            self._instruments.forget(metric, model=self.model)
        for rule in RULES:
            self._instruments.forget(CANARY_EVIDENCE, model=self.model, rule=rule)

    def _export(self) -> None:
        if self.route.challenger is None:
            return
        self._instruments.set(CANARY_WEIGHT, self.weight, model=self.model)
        self._instruments.set(CANARY_ABORTED, float(self.aborted_by is not None), model=self.model)
        self._export_evidence()

    def _export_evidence(self) -> None:
        for rule in RULES:
            ratio = self.judge.evidence[rule].value / self.judge.threshold
            self._instruments.set(CANARY_EVIDENCE, ratio, model=self.model, rule=rule)


def _is_canary(route: Route) -> bool:
    return route.mode == "canary" and route.percent > 0


def _pair(route: Route) -> tuple[str, str]:
    return (route.champion.bundle, route.challenger.bundle if route.challenger else "")
