"""The routing document: who answers for which model. One writer publishes it, gateways obey it.

    {"format": 1, "version": 7, "models": {"flight_delay": {
        "champion": {"urls": ["http://10.0.0.4:3000"], "version": 1, "bundle": "…"},
        "challenger": {"urls": ["http://10.0.0.9:3000"], "version": 2, "bundle": "…"},
        "mode": "canary", "percent": 5}}}

`version` counts the document's own revisions; a target's `version` and `bundle` (64 hex digits) are
what its service must say of itself, or nothing is sent to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Mode = Literal["champion", "canary", "shadow"]
Role = Literal["champion", "challenger"]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
# Without userinfo, path or query: the hop's own paths follow.
Url = Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+$", max_length=300)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

# Each model costs connections and series of metrics, each address a watch.
_MODELS = 500
_REPLICAS = 64

# What every JSON reader holds exactly.
_HIGHEST = 2**53 - 1


class _Closed(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class Target(_Closed):
    """One model service, all its replicas, and what each must turn out to serve."""

    urls: tuple[Url, ...] = Field(min_length=1, max_length=_REPLICAS)
    version: int = Field(
        ge=0, le=_HIGHEST, description="Release number; 0 is a bundle without a release."
    )
    bundle: str = Field(pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _addresses_differ(self) -> Self:
        if len(set(self.urls)) < len(self.urls):
            raise PydanticCustomError("urls", "urls names one address twice")
        return self


class Policy(_Closed):
    """When a gateway aborts a canary by itself, and what counts as the same decision.

    A tolerance is the share of requests by which the challenger may be worse than the champion.
    """

    minimum_requests: int = Field(default=20, ge=1, description="Of each side, before a judgement.")
    tolerated_errors: Share = 0.005
    tolerated_invalid: Share = 0.001
    tolerated_slow: Share = 0.02
    slow_factor: float = Field(
        default=2.0, ge=1.0, le=100.0, description="Slow is this many times the champion's p90."
    )
    false_aborts: float = Field(
        default=0.01, gt=0.0, le=0.2, description="Bound on aborting a challenger that is no worse."
    )
    decision_threshold: Share = Field(
        default=0.5, description="From this probability on, a prediction is a yes."
    )


class Route(_Closed):
    """Who answers for one model."""

    champion: Target
    challenger: Target | None = None
    mode: Mode = "champion"
    percent: float = Field(
        default=0.0, ge=0.0, le=100.0, description="The challenger's part of a canary."
    )
    policy: Policy = Policy()

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for wrong, problem in _contradictions(self):
            if wrong:
                raise PydanticCustomError("route", problem)
        return self


class Routing(_Closed):
    """The whole document."""

    format: Literal[1]
    version: int = Field(ge=0, le=_HIGHEST)
    models: Mapping[Name, Route] = Field(min_length=1, max_length=_MODELS)


def _contradictions(route: Route) -> list[tuple[bool, str]]:
    """What a type cannot say."""
    champion, challenger = route.champion, route.challenger
    found = [
        (route.mode != "canary" and route.percent > 0, "percent belongs to the mode canary"),
        (route.mode != "champion" and challenger is None, "this mode needs a challenger"),
    ]
    if challenger is None:
        return found
    return [
        *found,
        (challenger.version == champion.version, "champion and challenger are one version"),
        (challenger.bundle == champion.bundle, "champion and challenger are one bundle"),
        (
            bool({*challenger.urls} & {*champion.urls}),
            "champion and challenger share an address",
        ),
    ]
