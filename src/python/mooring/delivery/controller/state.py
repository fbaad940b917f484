"""What a rollout has come to: on disk before the routing document says so, so that whoever is
killed is resumed where it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mooring.bundle.atomic import write_file
from mooring.contract.evidence import Money
from mooring.contract.routing import Role, Target
from mooring.delivery.controller.errors import BadState
from mooring.delivery.controller.ports import Counts, Rule

Phase = Literal["baking", "promoting", "aborting"]
Outcome = Literal["promoted", "aborted", "inconclusive", "not_ready", "withdrawn", "superseded"]

RULES: tuple[Rule, ...] = ("errors", "invalid", "slow")
NOTHING = Counts(0, dict.fromkeys(RULES, 0))


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Mark(_Closed):
    """What a gateway had counted when its growth was weighed last."""

    started: float
    version: int
    champion: Counts
    challenger: Counts


class Rollout(_Closed):
    """A challenger under trial. Seconds are of the wall clock, counts since the rollout began.

    `since` is when all gateways obeyed the present step, None while they do not.
    """

    champion: Target
    challenger: Target
    phase: Phase = "baking"
    step: int = Field(default=0, ge=0)
    began: float
    since: float | None = None
    counted: Mapping[Role, Counts] = {"champion": NOTHING, "challenger": NOTHING}
    before: Mapping[Role, int] = Field(
        default={"champion": 0, "challenger": 0}, description="Requests when `since` was."
    )
    money: Mapping[Rule, Money] = Field(default_factory=lambda: {rule: Money() for rule in RULES})
    marks: Mapping[str, Mark] = {}
    outcome: Outcome = "aborted"
    reason: str = ""

    def requests(self, role: Role) -> int:
        """Those of the present step; none while not all gateways obey it."""
        if self.since is None:
            return 0
        return self.counted[role].requests - self.before[role]


class Ended(_Closed):
    """How the last rollout ended."""

    outcome: Outcome
    version: int
    bundle: str
    reason: str
    at: float


class State(_Closed):
    """A model: its champion as it is routed, and the rollout that is under way, if there is one.

    `awaited` is since when the service of the challenger is awaited.
    """

    format: Literal[1] = 1
    model: str
    champion: Target | None = None
    rollout: Rollout | None = None
    awaited: float | None = None
    last: Ended | None = None


def state_file(home: Path, model: str) -> Path:
    """Where the state of a model's rollouts lies."""
    return home / "rollouts" / f"{model}.json"


def read_state(home: Path, model: str) -> State:
    """What was written last; a model that never was has no champion yet. Raises BadState."""
    path = state_file(home, model)
    try:
        state = State.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return State(model=model)
    except (OSError, ValidationError):
        raise _bad(path, "it is damaged or of another program") from None
    if state.model != model:
        raise _bad(path, f"it is of {state.model}")
    return state


def write_state(home: Path, state: State) -> None:
    """Replace the file in one step."""
    document = state.model_dump(mode="json")
    write_file(state_file(home, state.model), (json.dumps(document, indent=1) + "\n").encode())


def _bad(path: Path, problem: str) -> BadState:
    cure = "Remove it: a canary then begins again at its first step, with new evidence."
    return BadState(problem, place=str(path), cure=cure)
