"""The port through which jobs are started, and what they hand back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Kind = Literal["retrain", "challenge"]

_CLOSED = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Job(BaseModel):
    """What is to be done: for which incident, of which model, and with which bundle.

    This is `request.json`. `attempt` counts from 1: where one crashed, the next is another job.
    """

    model_config = _CLOSED

    incident: str
    kind: Kind
    model: str
    bundle: str | None = None
    attempt: int = 1

    @property
    def name(self) -> str:
        """The name of its folder: of all attempts, for only one of them may run."""
        return f"{self.incident}-{self.kind}"


class Result(BaseModel):
    """What a job found: this is `result.json`.

    `labels_by` counts the labelled rows that were learned from, by who labelled them; `delta` is
    challenger minus champion on the same rows, with its interval. `proposed` and `declined` are
    said by adapters whose job ends with a pull request: it is open, it was closed unmerged.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    format: Literal[1] = 1
    outcome: Literal["blessed", "not_blessed", "failed", "challenger", "proposed", "declined"]
    bundle: Annotated[str, Field(pattern=r"^[0-9a-f]{16,64}$")] | None = None
    champion: str | None = None
    labels_by: dict[str, Annotated[int, Field(ge=0)]] = {}
    delta: dict[str, tuple[float, float, float]] = {}
    reason: str = ""


@dataclass(frozen=True)
class Running:
    """It is at work."""


@dataclass(frozen=True)
class Absent:
    """There is none: it was never started, or it is gone without a result."""


@dataclass(frozen=True)
class Crashed:
    """It ended without a result, and this is known of why."""

    reason: str


Look = Running | Absent | Crashed | Result


class Jobs(Protocol):
    """Where jobs run. All of it may raise JobError."""

    @property
    def settles_seconds(self) -> float | None:
        """How long a job that was asked for may stay unseen, where asking twice makes two; None
        where a start may be repeated, because a second one with the same job changes nothing.
        """

    def start(self, job: Job) -> None:
        """Start it. Raises JobRefused, JobUnreachable or JobUnsure, by what is known then."""

    def look(self, job: Job) -> Look:
        """How far it is."""

    def stop(self, job: Job) -> None:
        """End it, with all that belongs to it; it may need a while."""


def parse_result(content: bytes, place: str) -> Result:
    """Read a result; what is none is a failure that says where it lies, and repeats nothing."""
    try:
        return Result.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"][:1])) or "the document"
        return Result(outcome="failed", reason=f"{place}: it is no result: {field}")


def arguments(job: Job, result: str) -> list[str]:
    """What follows the command of a job, wherever it runs."""
    bundle = ["--bundle", job.bundle] if job.bundle is not None else []
    return [job.kind, job.model, *bundle, "--incident", job.incident, "--result", result]
