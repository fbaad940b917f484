"""An incident: one alarm, the one retraining that answers it, and how far that has come."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

State = Literal[
    "requested",  # decided, nothing started
    "training",  # the job "retrain"
    "awaiting_approval",  # blessed; a person has to say yes
    "challenging",  # the job "challenge", which writes the challenger into release.json
    "trying",  # the challenger, or a pull request, is being tried; release.json tells the end
    "stopping",  # it took too long, and its job is being ended
    "promoted",
    "aborted",
    "not_blessed",
    "failed",
    "given_up",
]
ENDS = frozenset({"promoted", "aborted", "not_blessed", "failed", "given_up"})

Reason = Literal["score", "labels", "person", "replay"]

# What is known of the start of the present job: it was not asked for; it was about to be asked for,
# and nobody knows what came of it; the other side has confirmed it.
Launch = Literal["unsent", "unsure", "sent"]


@dataclass(frozen=True)
class Step:
    """A change of state: when, in seconds since 1970, to which, and why."""

    at: float
    state: State
    why: str


@dataclass(frozen=True)
class Incident:
    """Everything of one incident; times are seconds since 1970 by the journal's clock.

    `alarm_at` is when the alarm began to fire, `suspect` that the data looked broken while it
    trained, `withdrawn` which withdrawals release.json held already when it was asked for.
    """

    id: str
    model: str
    reason: Reason
    key: str
    alarm_at: float
    requested_at: float
    state: State = "requested"
    since: float = 0.0
    why: str = ""
    attempt: int = 0
    launch: Launch = "unsent"
    launched_at: float | None = None
    started_at: float | None = None
    verdict_at: float | None = None
    ended_at: float | None = None
    bundle: str | None = None
    champion: str | None = None
    labels_by: dict[str, int] = field(default_factory=dict)
    delta: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    proposed: bool = False
    suspect: bool = False
    asked_by: str | None = None
    approved_by: str | None = None
    withdrawn: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def live(self) -> bool:
        """Whether it has not come to its end."""
        return self.state not in ENDS

    @property
    def job_kind(self) -> Literal["retrain", "challenge"]:
        """Of which kind the present job is, or the one that is being stopped."""
        challenged = any(step.state == "challenging" for step in self.steps)
        return "challenge" if challenged else "retrain"

    def moved(self, state: State, at: float, why: str, **more: Any) -> Incident:
        """The incident in its next state."""
        ended_at = at if state in ENDS else None
        steps = (*self.steps, Step(at, state, why))
        known = replace(self, state=state, since=at, why=why, steps=steps, ended_at=ended_at)
        return replace(known, **more)

    def waiting(self, why: str) -> Incident:
        """The incident where it is, with what it waits for."""
        return self if self.why == why else replace(self, why=why)


def to_document(incident: Incident) -> dict[str, Any]:
    """The incident as JSON holds it."""
    return asdict(incident)


def from_document(document: dict[str, Any]) -> Incident:
    """The incident that `to_document` wrote."""
    steps = tuple(Step(**step) for step in document["steps"])
    delta = {name: _three(values) for name, values in document["delta"].items()}
    withdrawn = tuple(document["withdrawn"])
    return Incident(**{**document, "steps": steps, "delta": delta, "withdrawn": withdrawn})


def _three(values: list[float]) -> tuple[float, float, float]:
    value, lower, upper = values
    return value, lower, upper
