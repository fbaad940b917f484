"""How a rollout goes: a file that a person writes, and tables of it for single models.

gateways = ["http://127.0.0.1:9464"]          # where each gateway shows its metrics
address = "http://{model}-v{version}:3000"    # where a version's service answers

[defaults]
patience_seconds = 86400
steps = [{percent = 5, seconds = 600, requests = 500}]

[models.flight_delay]
false_aborts = 0.005
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from mooring.contract.routing import Name, Policy, Share, Url
from mooring.delivery.controller.errors import BadPlan

_CURE = "docs/rollout.md says what may stand there."
_SECONDS = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
_RULES = 3

# Of `false_aborts` the gateways have one half, for what each decides alone, the controller the
# other, for what it decides on the evidence of all.
_HALF = 0.5


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Step(_Closed):
    """A part of the calls, and what has to be seen before the next step: both, of each side."""

    percent: float = Field(gt=0.0, lt=100.0)
    seconds: float = Field(ge=0.0, allow_inf_nan=False)
    requests: int = Field(ge=1)


class Plan(_Closed):
    """A model's rollouts."""

    steps: tuple[Step, ...] = Field(
        default=(
            Step(percent=5.0, seconds=600.0, requests=500),
            Step(percent=25.0, seconds=600.0, requests=500),
            Step(percent=50.0, seconds=600.0, requests=500),
        ),
        min_length=1,
    )
    patience_seconds: _SECONDS = Field(
        default=86_400.0, description="A step that lasts longer is given up as inconclusive."
    )
    ready_seconds: _SECONDS = Field(
        default=900.0, description="A challenger whose service takes longer is withdrawn."
    )
    false_aborts: float = Field(
        default=0.01, gt=0.0, le=0.2, description="Bound on aborting one that is no worse, in all."
    )
    tolerated_errors: Share = 0.005
    tolerated_invalid: Share = 0.001
    tolerated_slow: Share = 0.02
    slow_factor: float = Field(default=2.0, ge=1.0, le=100.0)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        percents = [step.percent for step in self.steps]
        if percents != sorted(set(percents)):
            raise PydanticCustomError("steps", "each step has a higher percent than the one before")
        return self

    @property
    def threshold(self) -> float:
        """The evidence of one rule that is enough for the controller."""
        return _RULES / (self.false_aborts * _HALF)

    def policy(self, gateways: int) -> Policy:
        """What each of so many gateways aborts by."""
        return Policy(
            tolerated_errors=self.tolerated_errors,
            tolerated_invalid=self.tolerated_invalid,
            tolerated_slow=self.tolerated_slow,
            slow_factor=self.slow_factor,
            false_aborts=self.false_aborts * _HALF / max(1, gateways),
        )


class Plans(_Closed):
    """The whole file."""

    gateways: tuple[Url, ...] = Field(default=("http://127.0.0.1:9464",), min_length=1)
    address: str | None = None
    seconds: _SECONDS = 5.0
    defaults: Plan = Plan()
    models: Mapping[Name, Plan] = {}

    @model_validator(mode="after")
    def _versions_differ(self) -> Self:
        if self.address is not None and "{version}" not in self.address:
            raise PydanticCustomError("address", "two versions would have one address: {version}")
        return self

    def of(self, model: str) -> Plan:
        """The plan of a model."""
        return self.models.get(model, self.defaults)


def read_plans(path: Path) -> Plans:
    """Read the file. Raises BadPlan with file and field."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "it is no TOML"
        raise BadPlan(problem, place=str(path), cure=_CURE) from None
    return parse_plans(document, path)


def parse_plans(document: dict[str, Any], path: Path) -> Plans:
    """What stands under `[models.<name>]` goes before `[defaults]`. Raises BadPlan."""
    defaults, models = document.get("defaults", {}), document.get("models", {})
    if isinstance(defaults, dict) and isinstance(models, dict):
        merged = {n: {**defaults, **m} if isinstance(m, dict) else m for n, m in models.items()}
        document = document | {"models": merged}
    try:
        return Plans.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        place = f"{path}, {field}" if field else str(path)
        raise BadPlan(first["msg"], place=place, cure=_CURE) from None
