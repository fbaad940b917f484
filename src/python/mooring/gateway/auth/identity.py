"""Who a credential shows somebody to be, and how fast they may ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mooring.gateway.auth.caller import Caller


@dataclass(frozen=True)
class Identity:
    """`bucket` names what their requests are counted by; `rate` is None for the default; `key` is
    the id of an API key, empty for a token.
    """

    caller: Caller
    bucket: str
    rate: float | None = None
    key: str = ""


class Identifier(Protocol):
    """One way to know somebody."""

    def claims(self, credential: str) -> bool:
        """Whether it is for this one to judge, by its form alone."""

    def remembers(self, credential: str) -> bool:
        """Whether judging it is as cheap as looking it up."""

    async def identify(self, credential: str) -> Identity:
        """Who it is. Raises Unauthenticated or IssuerUnavailable."""
