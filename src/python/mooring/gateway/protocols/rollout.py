"""How a challenger does on this gateway: what a controller reads before it makes an abort final."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from mooring.contract.routing import Mode
from mooring.gateway.answers import PROBLEMS, Answer
from mooring.gateway.traffic.abort import RULES, Rule, Side, Verdict
from mooring.gateway.traffic.models import Model, Models
from mooring.gateway.traffic.rollout import Rollout
from mooring.gateway.traffic.variant import Variant


class VariantState(Answer):
    """One side."""

    version: int
    bundle: str
    ready: bool
    requests: int = Field(description="Judged so far.")


class RuleEvidence(Answer):
    """What one rule has found; `e_value` reaching `threshold` once is enough."""

    rule: Rule
    champion_hits: int
    challenger_hits: int
    e_value: float
    highest_e_value: float
    threshold: float
    rounds: int


class Abort(Answer):
    """This gateway keeps its calls from the challenger."""

    rule: Rule
    at: datetime


class RolloutState(Answer):
    """A model's rollout as this gateway sees it."""

    mode: Mode
    percent: float = Field(description="What the routing document says.")
    weight: float = Field(description="What this gateway does, from 0 to 1.")
    verdict: Verdict | Literal["none"]
    since: datetime
    champion: VariantState
    champion_pending: bool = Field(description="The former champion answers until this one can.")
    challenger: VariantState | None
    slow_after_seconds: float | None
    evidence: list[RuleEvidence]
    abort: Abort | None


def rollout_routes(models: Models) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["models"])

    @router.get("/v1/models/{model}/rollout", responses=PROBLEMS, summary="How a challenger does")
    async def rollout(model: str) -> RolloutState:
        return _state(models[model])

    return router


def _state(model: Model) -> RolloutState:
    rollout, judge = model.rollout, model.rollout.judge
    challenger = model.challenger
    return RolloutState(
        mode=model.route.mode,
        percent=model.route.percent,
        weight=rollout.weight,
        verdict=_verdict(rollout),
        since=_moment(rollout.since),
        champion=_side(model.appointed, judge.sides["champion"]),
        champion_pending=model.champion is not model.appointed,
        challenger=_side(challenger, judge.sides["challenger"]) if challenger else None,
        slow_after_seconds=judge.slow_after,
        evidence=[_evidence(rollout, rule) for rule in RULES],
        abort=_abort(rollout),
    )


def _verdict(rollout: Rollout) -> Verdict | Literal["none"]:
    if rollout.aborted_by is not None:
        return "aborted"
    return rollout.judge.verdict if rollout.running else "none"


def _side(variant: Variant, side: Side) -> VariantState:
    return VariantState(
        version=variant.target.version,
        bundle=variant.target.bundle,
        ready=variant.ready,
        requests=side.requests,
    )


def _evidence(rollout: Rollout, rule: Rule) -> RuleEvidence:
    judge = rollout.judge
    evidence = judge.evidence[rule]
    return RuleEvidence(
        rule=rule,
        champion_hits=judge.sides["champion"].hits[rule],
        challenger_hits=judge.sides["challenger"].hits[rule],
        e_value=evidence.value,
        highest_e_value=evidence.peak,
        threshold=judge.threshold,
        rounds=evidence.rounds,
    )


def _abort(rollout: Rollout) -> Abort | None:
    if rollout.aborted_by is None or rollout.aborted_at is None:
        return None
    return Abort(rule=rollout.aborted_by, at=_moment(rollout.aborted_at))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
