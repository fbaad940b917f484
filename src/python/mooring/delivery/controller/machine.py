"""The state machine of one model's rollouts: pure, one step for each look.

           release names a challenger, its service is ready
    steady ───────────────────────────────────────────────▶ baking, step 0
       ▲                                                     │  ▲ │
       │  release has it as champion                 seconds │  └─┘ and requests of each side
       ├──────────────────────────── promoting ◀─────────────┤ after the last step
       │  release has it no longer                           │ evidence, an abort, patience
       └──────────────────────────── aborting ◀──────────────┘

What is to be done in the world follows from the phase alone: a promotion while promoting, a
withdrawal while aborting, again and again until the release says so. The release is the wish: what
a person changes there ends a rollout at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mooring.bundle.release import Release, Released
from mooring.contract.routing import Role, Route, Target
from mooring.delivery.controller.plan import Plan
from mooring.delivery.controller.ports import Observed, Urls
from mooring.delivery.controller.state import Ended, Outcome, Rollout, State
from mooring.delivery.controller.weigh import proven, weigh

_ROLES: tuple[Role, ...] = ("champion", "challenger")


@dataclass(frozen=True)
class Seen:
    """The world at one moment: addresses of services that are ready, the gateways, the version of
    the document that is published, and the wall clock in seconds.
    """

    champion: Urls | None
    challenger: Urls | None
    gateways: Mapping[str, Observed | None]
    version: int
    now: float


@dataclass(frozen=True)
class Deed:
    """What the release is to say next, and why."""

    verb: Literal["promote", "withdraw"]
    reason: str


def advance(state: State, wish: Release, seen: Seen, plan: Plan) -> State:
    """What follows from a look at the world."""
    if wish.champion is None:
        return state  # a file that is being replaced; no release takes its champion away
    state = _with_addresses(state, wish, seen)
    if state.rollout is not None:
        outcome = _ended_by_release(state.rollout, wish)
        if outcome is None:
            return state.model_copy(
                update={"rollout": _tried(state.rollout, state.model, seen, plan)}
            )
        state = _end(state, state.rollout, outcome, seen.now)
    state = _crown(state, wish, seen)
    return _challenge(state, wish, seen, plan)


def route_of(state: State, plan: Plan, gateways: int) -> Route | None:
    """What so many gateways are to do; None while no champion ever was ready."""
    rollout = state.rollout
    if state.champion is None:
        return None
    if rollout is None or rollout.phase == "aborting":
        return Route(champion=state.champion)
    return Route(
        champion=rollout.champion,
        challenger=rollout.challenger,
        mode="canary",
        percent=plan.steps[min(rollout.step, len(plan.steps) - 1)].percent,
        policy=plan.policy(gateways),
    )


def deed_of(state: State) -> Deed | None:
    """What the phase asks for; doing it twice does no harm."""
    rollout = state.rollout
    if rollout is None or rollout.phase == "baking":
        return None
    return Deed("promote" if rollout.phase == "promoting" else "withdraw", rollout.reason)


def refused(state: State, reason: str) -> State:
    """What follows when the release may not name the challenger champion."""
    if state.rollout is None or state.rollout.phase != "promoting":
        return state
    return state.model_copy(update={"rollout": _abort(state.rollout, "aborted", reason)})


def is_same(target: Target, released: Released | None) -> bool:
    """Whether a target serves what the release names."""
    named = (released.version, released.bundle) if released else None
    return named == (target.version, target.bundle)


def _ended_by_release(rollout: Rollout, wish: Release) -> Outcome | None:
    if is_same(rollout.challenger, wish.champion):
        return "promoted"
    if not is_same(rollout.champion, wish.champion):
        return "superseded"
    if not is_same(rollout.challenger, wish.challenger):
        return rollout.outcome if rollout.phase == "aborting" else "withdrawn"
    return None


_ENDED: Mapping[Outcome, str] = {
    "promoted": "the release names it champion",
    "superseded": "the champion was changed",
    "withdrawn": "it was taken back by hand",
}


def _end(state: State, rollout: Rollout, outcome: Outcome, now: float) -> State:
    ended = Ended(
        outcome=outcome,
        version=rollout.challenger.version,
        bundle=rollout.challenger.bundle,
        reason=rollout.reason or _ENDED.get(outcome, ""),
        at=now,
    )
    # Its service is ready, the gateways are connected to it.
    champion = rollout.challenger if outcome == "promoted" else state.champion
    return state.model_copy(update={"champion": champion, "rollout": None, "last": ended})


def _with_addresses(state: State, wish: Release, seen: Seen) -> State:
    """Services may have moved since; the versions stay."""
    found = {
        (named.version, named.bundle): urls
        for named, urls in ((wish.champion, seen.champion), (wish.challenger, seen.challenger))
        if named is not None and urls is not None
    }

    def moved(target: Target) -> Target:
        urls = found.get((target.version, target.bundle), target.urls)
        return target.model_copy(update={"urls": urls})

    rollout = state.rollout
    if rollout is not None:
        pair = {"champion": moved(rollout.champion), "challenger": moved(rollout.challenger)}
        rollout = rollout.model_copy(update=pair)
    champion = moved(state.champion) if state.champion else None
    return state.model_copy(update={"champion": champion, "rollout": rollout})


def _crown(state: State, wish: Release, seen: Seen) -> State:
    """Route to the champion of the release as soon as it can answer; until then nothing changes."""
    wished = wish.champion
    if wished is None or seen.champion is None:
        return state
    return state.model_copy(update={"champion": _target(wished, seen.champion)})


def _challenge(state: State, wish: Release, seen: Seen, plan: Plan) -> State:
    wished, champion = wish.challenger, state.champion
    if wished is None or champion is None or not is_same(champion, wish.champion):
        return state.model_copy(update={"awaited": None})
    awaited = seen.now if state.awaited is None else min(state.awaited, seen.now)
    if seen.challenger is not None:
        rollout = Rollout(
            champion=champion, challenger=_target(wished, seen.challenger), began=seen.now
        )
        return state.model_copy(update={"rollout": rollout, "awaited": None})
    if seen.now - awaited < plan.ready_seconds:
        return state.model_copy(update={"awaited": awaited})
    # It has no address that anybody knows; one of the champion's stands for it, unused.
    nowhere = _target(wished, champion.urls)
    reason = f"its service was not ready within {plan.ready_seconds:g} s"
    rollout = Rollout(champion=champion, challenger=nowhere, began=seen.now)
    aborted = _abort(rollout, "not_ready", reason)
    return state.model_copy(update={"rollout": aborted, "awaited": None})


def _target(released: Released, urls: Urls) -> Target:
    return Target(urls=urls, version=released.version, bundle=released.bundle)


def _tried(rollout: Rollout, model: str, seen: Seen, plan: Plan) -> Rollout:
    """One look at a canary."""
    if rollout.phase == "aborting":
        return rollout
    rollout = _on_time(weigh(rollout, model, seen.gateways, plan), seen)
    if rule := proven(rollout, plan):
        return _abort(rollout, "aborted", _said(rollout, rule, plan))
    if name := _aborted_by(model, seen):
        return _abort(rollout, "aborted", f"the gateway at {name} found it worse by itself")
    if rollout.phase == "promoting":
        return rollout
    if _is_baked(rollout, seen, plan):
        return _next(rollout, seen, plan)
    if seen.now - rollout.began >= plan.patience_seconds:
        return _abort(rollout, "inconclusive", _missing(rollout, seen, plan))
    return rollout


def _on_time(rollout: Rollout, seen: Seen) -> Rollout:
    """A step counts from when all gateways obey it; a clock that was set back begins anew."""
    on_time = {"began": min(rollout.began, seen.now)}
    if rollout.since is not None:
        return rollout.model_copy(update=on_time | {"since": min(rollout.since, seen.now)})
    if not _all_obey(seen):
        return rollout.model_copy(update=on_time)
    before = {role: rollout.counted[role].requests for role in _ROLES}
    return rollout.model_copy(update=on_time | {"since": seen.now, "before": before})


def _obeying(seen: Seen) -> list[str]:
    found = seen.gateways.items()
    return [name for name, each in found if each is not None and each.version == seen.version]


def _all_obey(seen: Seen) -> bool:
    return bool(seen.gateways) and len(_obeying(seen)) == len(seen.gateways)


def _aborted_by(model: str, seen: Seen) -> str | None:
    """A gateway that keeps its calls from this challenger: one that still obeys another document
    speaks of another.
    """
    for name in _obeying(seen):
        observed = seen.gateways[name]
        if observed is not None and model in observed.aborted:
            return name
    return None


def _is_baked(rollout: Rollout, seen: Seen, plan: Plan) -> bool:
    """Also a gateway that is silent now may have aborted: nobody is promoted behind its back."""
    step = plan.steps[min(rollout.step, len(plan.steps) - 1)]
    enough = all(rollout.requests(role) >= step.requests for role in _ROLES)
    ripe = rollout.since is not None and seen.now - rollout.since >= step.seconds
    return enough and ripe and _all_obey(seen)


def _next(rollout: Rollout, seen: Seen, plan: Plan) -> Rollout:
    if rollout.step + 1 >= len(plan.steps):
        counted = rollout.counted["challenger"].requests
        reason = f"no harm seen in {counted} requests, {len(plan.steps)} steps"
        return rollout.model_copy(update={"phase": "promoting", "reason": reason})
    again = {"step": rollout.step + 1, "began": seen.now, "since": None}
    return rollout.model_copy(update=again)


def _abort(rollout: Rollout, outcome: Outcome, reason: str) -> Rollout:
    return rollout.model_copy(update={"phase": "aborting", "outcome": outcome, "reason": reason})


def _said(rollout: Rollout, rule: str, plan: Plan) -> str:
    worse, well = rollout.counted["challenger"], rollout.counted["champion"]
    return (
        f"{rule}: {worse.hits[rule]} of {worse.requests} requests of the challenger, "
        f"{well.hits[rule]} of {well.requests} of the champion; evidence "
        f"{rollout.money[rule].peak:.3g} where {plan.threshold:.3g} is enough"
    )


def _missing(rollout: Rollout, seen: Seen, plan: Plan) -> str:
    step = plan.steps[min(rollout.step, len(plan.steps) - 1)]
    told = f"after {plan.patience_seconds:g} s at {step.percent:g} %"
    obeying = f"{len(_obeying(seen))} of {len(seen.gateways)} gateways obey"
    counted = ", ".join(f"{rollout.requests(role)} requests of the {role}" for role in _ROLES)
    return f"inconclusive {told}: {counted} where {step.requests} are asked for; {obeying}"
