"""The fleet: what the routing document says, made true without a restart.

A document takes effect in one assignment, so that a call sees one document only. What it names
anew is opened before, what it no longer names finishes what is under way and is then closed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable

from mooring.contract.routing import Role, Route, Routing, Target
from mooring.gateway.hop.replica import Replica
from mooring.gateway.settings import Settings
from mooring.gateway.traffic.models import Model, Models
from mooring.gateway.traffic.report import Report
from mooring.gateway.traffic.rollout import Rollout
from mooring.gateway.traffic.shadow import Remember, Shadow
from mooring.gateway.traffic.stock import Stock
from mooring.gateway.traffic.variant import Variant
from mooring.telemetry.binding import Instruments

# What is under way has a deadline of its own, which contracts keep well below.
_FINISH_SECONDS = 60.0


class Fleet:
    """Applies routing documents to `models`; lives in one event loop."""

    def __init__(
        self, settings: Settings, models: Models, instruments: Instruments, remember: Remember
    ) -> None:
        self._models = models
        self._instruments = instruments
        self._remember = remember
        self._report = Report(instruments)
        self._stock = Stock(settings, instruments, self._learned)
        self._chance = random.Random()
        # Held while a document is being put in force: what was opened for it belongs to no model
        # yet, and must not be taken for spare.
        self._changing = asyncio.Lock()
        self._leaving: set[Variant] = set()
        self._farewells: set[asyncio.Task[None]] = set()
        self._shadows: dict[Shadow, asyncio.Task[None]] = {}
        self._began = False

    async def apply(self, routing: Routing) -> None:
        """Put a validated document in force."""
        async with self._changing:
            await self._apply(routing)

    async def close(self) -> None:
        """Close all connections, whatever is under way."""
        tasks = [*self._farewells, *self._shadows.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._stock.close()

    async def _apply(self, routing: Routing) -> None:
        before = {model.name: model for model in self._models}
        after = {
            name: await self._model(name, route, before.get(name))
            for name, route in routing.models.items()
        }
        self._models.replace(after)
        self._began = True
        self._tend_shadows()
        for name, model in before.items():
            self._report.follow(name, model, after.get(name))
        for model in after.values():
            self._report.show(model)
        self._let_go(_variants(before.values()) - _variants(after.values()))

    async def _model(self, name: str, route: Route, before: Model | None) -> Model:
        if before is not None and before.route == route:
            return before
        champion = await self._variant(name, "champion", route.champion, before)
        challenger = None
        if route.challenger is not None:
            challenger = await self._variant(name, "challenger", route.challenger, before)
        if before is None:
            rollout = Rollout(name, route, self._instruments, self._chance)
        else:
            rollout = before.rollout.under(route)
        shadow = self._shadow(route, challenger, before)
        former = _former(champion, before)
        # One that is added later keeps nobody from asking the others.
        awaited = before.awaited if before is not None else not self._began
        return Model(name, route, champion, challenger, rollout, former, shadow, awaited)

    async def _variant(
        self, name: str, role: Role, target: Target, before: Model | None
    ) -> Variant:
        """The very variant of the document before, if it says the same of it."""
        for variant in before.variants if before is not None else ():
            if (variant.role, variant.target) == (role, target):
                return variant
        replicas = await self._stock.take(name, target)
        return Variant(name, role, target, replicas, self._instruments)

    def _shadow(
        self, route: Route, challenger: Variant | None, before: Model | None
    ) -> Shadow | None:
        if route.mode != "shadow" or challenger is None:
            return None
        kept = before.shadow if before is not None else None
        threshold = route.policy.decision_threshold
        if kept is not None and (kept.challenger, kept.threshold) == (challenger, threshold):
            return kept
        return Shadow(challenger, threshold, self._instruments, self._remember)

    def _tend_shadows(self) -> None:
        wanted = {model.shadow for model in self._models if model.shadow is not None}
        for shadow in self._shadows.keys() - wanted:
            self._shadows.pop(shadow).cancel()
        for shadow in wanted - self._shadows.keys():
            self._shadows[shadow] = asyncio.create_task(shadow.run())

    def _learned(self, name: str, replica: Replica, before: str) -> None:
        model = self._models.get(name)
        if model is None:
            return
        if model.former is not None and model.appointed.ready:
            former, model.former = model.former, None
            self._let_go({former})
        model.awaited = model.awaited and not model.champion.ready
        self._report.learned(model, replica, before)

    def _let_go(self, variants: Iterable[Variant]) -> None:
        for variant in variants:
            self._leaving.add(variant)
            farewell = asyncio.create_task(self._farewell(variant))
            self._farewells.add(farewell)
            farewell.add_done_callback(self._farewells.discard)

    async def _farewell(self, variant: Variant) -> None:
        await variant.finished(_FINISH_SECONDS)
        async with self._changing:
            self._leaving.discard(variant)
            in_use = _variants(self._models) | self._leaving
            await self._stock.keep_only({each for variant in in_use for each in variant.replicas})


def _variants(models: Iterable[Model]) -> set[Variant]:
    found = {variant for model in models for variant in model.variants}
    return found | {model.former for model in models if model.former is not None}


def _former(champion: Variant, before: Model | None) -> Variant | None:
    """Who answers until the new champion is ready: the champion so far, if it can."""
    if before is None or before.champion is champion:
        return None
    return before.champion if before.champion.ready and not champion.ready else None
