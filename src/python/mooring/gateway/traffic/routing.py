"""The routing document: which model services this gateway sends to. One writer, gateways obey.

    {"format": 1, "version": 7, "models": {"flight_delay": {
        "champion": {"urls": ["http://127.0.0.1:3000"], "version": 1, "bundle": "…"}}}}

`version` counts the document's own revisions; a champion's `version` and `bundle` (64 hex digits)
are what its services must say of themselves, or nothing is sent to them; `urls` are replicas of
one service.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mooring.gateway.errors import BadRouting

_CURE = "Write it again with `mooring gateway render`."

# Behind one address a platform may balance over many more.
_MOST_REPLICAS = 64

# Without userinfo, path or query: the hop's own paths follow.
Url = Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+$", max_length=300)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class _Closed(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class Target(_Closed):
    """The replicas of one model service, and what they must turn out to serve."""

    urls: tuple[Url, ...] = Field(min_length=1, max_length=_MOST_REPLICAS)
    version: int = Field(ge=0, description="Release number; 0 is a bundle without a release.")
    bundle: str = Field(pattern=r"^[0-9a-f]{64}$")


Role = Literal["champion", "challenger"]


class Route(_Closed):
    """Who answers for one model."""

    champion: Target
    challenger: Target | None = None


class Routing(_Closed):
    """The whole document."""

    format: Literal[1]
    version: int = Field(ge=0)
    models: Mapping[Name, Route] = Field(min_length=1)


def read_routing(path: Path) -> Routing:
    """Read and validate the document. Raises BadRouting with file, field and cure."""
    try:
        document = path.read_bytes()
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise BadRouting(problem, place=f"routing document {path}", cure=_CURE) from None
    try:
        return Routing.model_validate_json(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"] if step != "[key]")
        place = f"routing document {path}" + (f", {field}" if field else "")
        raise BadRouting(first["msg"], place=place, cure=_CURE) from None
