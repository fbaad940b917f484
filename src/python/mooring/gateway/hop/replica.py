"""One replica of a model service: the way to it, and what is known of it at this moment."""

from __future__ import annotations

import asyncio

from mooring.gateway.hop.served import Served
from mooring.gateway.hop.upstream import Upstream


class Replica:
    """It can be asked while there is no `reason` why not.

    `known` outlives a service that went away: limits and documentation still come from it.
    """

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self.known: Served | None = None
        self.reason = "its service has not been reached yet"
        # Set by whoever has cause to believe that this is no longer true.
        self.doubted = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return not self.reason

    def learned(self, served: Served) -> None:
        """The service is ready and serves what the routing names."""
        # The same again keeps the object, whose schema is built once.
        self.known = self.known if self.known == served else served
        self.reason = ""

    def lost(self, reason: str) -> None:
        """The service cannot be asked."""
        self.reason = reason
