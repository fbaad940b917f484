"""The brakes: whether a request to retrain is followed, and what a person reads if it is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mooring.monitor.incidents.incident import Incident, Reason

DAY_SECONDS = 86_400.0
_YEAR_SECONDS = 366 * DAY_SECONDS

Seconds = Annotated[float, Field(ge=0, le=_YEAR_SECONDS)]

Decided = Literal["started", "duplicate", "cooldown", "cap", "blocked", "refused"]


class Brakes(BaseModel):
    """What holds the loop of one model back; all times in seconds.

    `approval` "trusted" lets a challenger through without a person where every label it learned
    from came from one of `trusted`. `again_seconds` lets an alarm that still fires ask once more so
    long after a retraining that did not help; None leaves that to a person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    cooldown_seconds: Seconds = DAY_SECONDS
    daily_cap: int = Field(default=2, ge=0)
    # As long as the workflow's own limit.
    limit_seconds: float = Field(default=7_200.0, gt=0, le=_YEAR_SECONDS)
    attempts: int = Field(default=2, ge=1, le=10)
    approval: Literal["person", "trusted"] = "person"
    trusted: tuple[str, ...] = ()
    approval_seconds: Seconds = 7 * DAY_SECONDS
    trial_seconds: Seconds = 14 * DAY_SECONDS
    # Alertmanager repeats itself every hour: four that are missing, and nobody vouches for a block.
    block_lapses_seconds: Seconds = 14_400.0
    again_seconds: Seconds | None = None


@dataclass(frozen=True)
class Asked:
    """One request and all that is known of its model; `refusal` says what is wrong with it.

    `answered` is the incident that has the same alarms already, `live` the one under way, `ended`
    when the newest one ended, `started` how many were started within a day.
    """

    reason: Reason
    now: float
    refusal: str = ""
    answered: Incident | None = None
    live: Incident | None = None
    blocked: tuple[str, ...] = ()
    ended: float | None = None
    started: int = 0


@dataclass(frozen=True)
class Decision:
    """What was decided, why in words, and which incident it is about."""

    decided: Decided
    why: str
    incident: str | None = None


def decide(asked: Asked, brakes: Brakes) -> Decision:
    """Follow the request or not.

    A person is held back by broken data and by an incident under way, but neither by the cooldown
    nor by the cap: those are there instead of a person.
    """
    if asked.refusal:
        return Decision("refused", asked.refusal)
    if asked.answered is not None and not _again(asked.answered, asked.now, brakes):
        return _answered(asked.answered)
    if asked.live is not None:
        return _under_way(asked.live)
    if asked.blocked:
        return Decision("blocked", f"the data look broken: {', '.join(asked.blocked)}")
    return _paced(asked, brakes) or Decision("started", "nothing held it back")


def cooldown_end(ended: float | None, brakes: Brakes) -> float | None:
    """Until when requests are declined after a retraining; None before the first."""
    return None if ended is None else ended + brakes.cooldown_seconds


def _paced(asked: Asked, brakes: Brakes) -> Decision | None:
    if asked.reason == "person":
        return None
    until = cooldown_end(asked.ended, brakes)
    if until is not None and asked.now < until:
        return Decision("cooldown", f"the last retraining ended too recently: until {told(until)}")
    if asked.started >= brakes.daily_cap:
        return Decision("cap", f"{asked.started} were started within a day, as many as may be")
    return None


def _again(incident: Incident, now: float, brakes: Brakes) -> bool:
    """Whether an alarm that a retraining did not end may ask once more."""
    if brakes.again_seconds is None or incident.ended_at is None:
        return False
    return incident.state != "promoted" and now >= incident.ended_at + brakes.again_seconds


def _answered(incident: Incident) -> Decision:
    why = f"its alarm has had its retraining, which is {_words(incident)}"
    return Decision("duplicate", why, incident.id)


def _under_way(incident: Incident) -> Decision:
    return Decision("duplicate", f"another is under way, which is {_words(incident)}", incident.id)


def _words(incident: Incident) -> str:
    return f"{incident.state.replace('_', ' ')}: {incident.id}"


def told(at: float) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
