"""The models that this gateway serves, and what is known of each at this moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator

from mooring.gateway.errors import UnknownModel, UnknownVersion, UpstreamNotReady
from mooring.gateway.hop.served import Served
from mooring.gateway.hop.upstream import Upstream
from mooring.gateway.traffic.routing import Target

_MODEL_PATH = re.compile(r"/v1/models/([a-z][a-z0-9_]*)")


class Model:
    """One routed model: it can be asked while there is no `reason` why not.

    `known` outlives a service that went away: limits and documentation still come from it.
    """

    def __init__(self, name: str, champion: Target, upstream: Upstream) -> None:
        self.name = name
        self.champion = champion
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

    def ask(self) -> Served:
        """What answers now. Raises UpstreamNotReady."""
        if self.known is None or self.reason:
            raise UpstreamNotReady(self.name, self.reason)
        return self.known

    def check_version(self, version: str | None, label: str | None) -> None:
        """Raises UnknownVersion when the caller asks for another than the champion."""
        if version is not None and version != str(self.champion.version):
            raise UnknownVersion(self.name, self.champion.version)
        if label is not None and label != "champion":
            raise UnknownVersion(self.name, self.champion.version)


class Models:
    """All routed models by name."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._models = {model.name: model for model in models}

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def __getitem__(self, name: str) -> Model:
        """Raises UnknownModel, which names those that exist."""
        try:
            return self._models[name]
        except KeyError:
            raise UnknownModel(tuple(self._models)) from None

    def at(self, path: str) -> Model | None:
        """The model that a request path is about."""
        match = _MODEL_PATH.match(path)
        return self._models.get(match[1]) if match else None
