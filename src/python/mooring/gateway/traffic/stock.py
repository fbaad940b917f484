"""The replicas that this gateway is connected to, whichever document named them.

A replica is known by model, version, bundle and address. It outlives the document: one that the
next document names again, as champion or as challenger, keeps its connections, what is known of it,
and its breaker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from itertools import count

from mooring.contract.routing import Target
from mooring.gateway.hop.breaker import State
from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.upstream import Upstream
from mooring.gateway.settings import Settings
from mooring.gateway.traffic.watch import watch
from mooring.telemetry.binding import Instruments
from mooring.telemetry.resilience import BREAKER_STATE

Key = tuple[str, int, str, str]

# Called with the model, the replica, and the reason that held before it was learned.
Learned = Callable[[str, Replica, str], None]


class Stock:
    """Opens, watches and closes replicas."""

    def __init__(self, settings: Settings, instruments: Instruments, learned: Learned) -> None:
        self._settings = settings
        self._instruments = instruments
        self._learned = learned
        self._replicas: dict[Key, Replica] = {}
        self._watches: dict[Key, asyncio.Task[None]] = {}
        self._places: dict[Key, int] = {}

    async def take(self, model: str, target: Target) -> list[Replica]:
        """The target's replicas, in its order; those that are new are opened and watched."""
        return [await self._one(model, target, url) for url in target.urls]

    async def keep_only(self, needed: Collection[Replica]) -> None:
        """Close all others."""
        spare = [key for key, replica in self._replicas.items() if replica not in needed]
        await self._close(spare)

    async def close(self) -> None:
        """Close all."""
        await self._close(list(self._replicas))

    async def _one(self, model: str, target: Target, url: str) -> Replica:
        key = (model, target.version, target.bundle, url)
        if key not in self._replicas:
            self._places[key] = self._free_place(key)
            token = self._settings.hop_token
            upstream = Upstream(model, target, url, self._instruments, token)
            replica = Replica(upstream, show=self._shown(key))
            await upstream.open()
            self._replicas[key] = replica
            self._watches[key] = asyncio.create_task(self._watch(model, replica))
        return self._replicas[key]

    async def _watch(self, model: str, replica: Replica) -> None:
        await watch(replica, self._settings, lambda before: self._learned(model, replica, before))

    async def _close(self, keys: Collection[Key]) -> None:
        closed = [(self._watches.pop(key), self._replicas.pop(key)) for key in keys]
        for task, _ in closed:
            task.cancel()
        await asyncio.gather(*(task for task, _ in closed), return_exceptions=True)
        for _, replica in closed:
            await replica.upstream.close()
        for key in keys:
            self._instruments.forget(BREAKER_STATE, **self._labels(key))
            del self._places[key]

    def _free_place(self, key: Key) -> int:
        """A small number for a metric's label; addresses would be endless."""
        taken = {place for other, place in self._places.items() if other[:2] == key[:2]}
        return next(place for place in count() if place not in taken)

    def _labels(self, key: Key) -> dict[str, str]:
        return {"model": key[0], "version": str(key[1]), "replica": str(self._places[key])}

    def _shown(self, key: Key) -> Callable[[State], None]:
        labels = self._labels(key)
        return lambda state: self._instruments.set(BREAKER_STATE, float(state), **labels)
