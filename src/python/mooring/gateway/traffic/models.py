"""The models that this gateway serves, each with its variants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mooring.gateway.call import Call
from mooring.gateway.errors import UnknownModel, UnknownVersion
from mooring.gateway.traffic.routing import Route
from mooring.gateway.traffic.variant import Variant
from mooring.telemetry.binding import Instruments

_MODEL_PATH = re.compile(r"/v[12]/models/([a-z][a-z0-9_]*)")


class Model:
    """One routed model."""

    def __init__(self, name: str, route: Route, instruments: Instruments) -> None:
        self.name = name
        self.route = route
        self.champion = Variant.of(name, "champion", route.champion, instruments)
        self.challenger: Variant | None = None
        if route.challenger is not None:
            self.challenger = Variant.of(name, "challenger", route.challenger, instruments)

    @property
    def variants(self) -> tuple[Variant, ...]:
        """All variants, the champion first."""
        return (self.champion,) if self.challenger is None else (self.champion, self.challenger)

    def choose(self, call: Call) -> Variant:
        """Who answers a call. Raises UnknownVersion when it asks for one that is not there."""
        if call.version is None and call.label is None:
            return self.champion
        for variant in self.variants:
            by_version = call.version in (None, str(variant.target.version))
            if by_version and call.label in (None, variant.role):
                return variant
        raise UnknownVersion(self.name, self.champion.target.version)


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
