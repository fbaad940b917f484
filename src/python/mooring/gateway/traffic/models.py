"""The models that this gateway serves, each with its variants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mooring.contract.routing import Route
from mooring.gateway.call import Call
from mooring.gateway.errors import UnknownModel, UnknownVersion
from mooring.gateway.traffic.rollout import Rollout
from mooring.gateway.traffic.shadow import Shadow
from mooring.gateway.traffic.variant import Variant

_MODEL_PATH = re.compile(r"/v[12]/models/([a-z][a-z0-9_]*)")


class Model:
    """One routed model, as one routing document names it.

    `former` answered until now and does so until the document's own champion is ready for the first
    time; then it is let go.
    """

    def __init__(
        self,
        name: str,
        route: Route,
        appointed: Variant,
        challenger: Variant | None,
        rollout: Rollout,
        former: Variant | None = None,
        shadow: Shadow | None = None,
        awaited: bool = False,
    ) -> None:
        self.name = name
        self.route = route
        self.appointed = appointed
        self.challenger = challenger
        self.rollout = rollout
        self.former = former
        self.shadow = shadow
        # Until it is ready for the first time, this gateway has not started.
        self.awaited = awaited

    @property
    def champion(self) -> Variant:
        """Who answers as champion now."""
        stands_in = self.former is not None and self.former.ready and not self.appointed.ready
        return self.former if self.former is not None and stands_in else self.appointed

    @property
    def variants(self) -> tuple[Variant, ...]:
        """All variants that can be asked for, the acting champion first."""
        found = (self.champion, self.appointed, self.challenger)
        return tuple(dict.fromkeys(variant for variant in found if variant is not None))

    def named(self, version: str | None = None, label: str | None = None) -> Variant:
        """The variant of that version and label, or the champion when neither is said.

        Raises UnknownVersion.
        """
        for variant in self.variants:
            by_version = version in (None, str(variant.target.version))
            if by_version and label in (None, variant.role):
                return variant
        raise UnknownVersion(self.name, self.champion.target.version)

    def choose(self, call: Call) -> Variant:
        """Who answers a call: the variant that it names, or the one that its key falls to.

        Raises UnknownVersion. A challenger that cannot be asked has its part done by the champion.
        """
        if _is_particular(call):
            return self.named(call.version, call.label)
        able = self.challenger is not None and self.challenger.able
        if self.challenger is not None and self.rollout.to_challenger(call.key, able):
            return self.challenger
        return self.champion

    def judges(self, call: Call, variant: Variant) -> bool:
        """Whether an answer says something about the rollout.

        Who names a variant chose it for a reason, so that his rows are no fair sample.
        """
        compared = variant in (self.appointed, self.challenger)
        return compared and not _is_particular(call) and self.rollout.running


class Models:
    """All routed models by name; `replace` puts another document in force, all of it at once."""

    def __init__(self, models: Mapping[str, Model] | None = None) -> None:
        self._models = dict(models or {})

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def __getitem__(self, name: str) -> Model:
        """Raises UnknownModel, which names those that exist."""
        try:
            return self._models[name]
        except KeyError:
            raise UnknownModel(tuple(self._models)) from None

    def get(self, name: str) -> Model | None:
        """The model of that name, if there is one."""
        return self._models.get(name)

    def at(self, path: str) -> Model | None:
        """The model that a request path is about."""
        match = _MODEL_PATH.match(path)
        return self._models.get(match[1]) if match else None

    def replace(self, models: Mapping[str, Model]) -> None:
        """From now on these, and only these."""
        self._models = dict(models)


def _is_particular(call: Call) -> bool:
    return call.version is not None or call.label is not None
