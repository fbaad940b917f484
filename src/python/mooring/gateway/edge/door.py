"""Who may come in: caps on connections, and the one timer that looks after all of them.

At a cap a newcomer takes the place of whoever waits without a request: first of those that are
leaving, then of those whose head is incomplete, then of those that are idle, each time the oldest.
So half-open sockets keep nobody out. Only when every place is held by a request being served is a
newcomer put on a spare one, where probes are answered and everything else gets a 503.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from enum import Enum
from ipaddress import IPv6Address, ip_address
from itertools import islice
from typing import Protocol

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.edge.progress import Phase
from mooring.telemetry.binding import Instruments
from mooring.telemetry.edge import EDGE_CONNECTIONS, EDGE_TURNED_AWAY

# Without a request, in the order in which they are asked to go.
_RANK = {Phase.LEAVING: 0, Phase.SILENT: 1, Phase.HEAD: 1, Phase.IDLE: 2}
_BUSY = 3


class Place(Enum):
    """Where a newcomer was put."""

    INSIDE = "inside"
    SPARE = "spare"
    OUTSIDE = "outside"


class Guest(Protocol):
    """A connection, as the door sees it."""

    @property
    def phase(self) -> Phase:
        """What it waits for."""

    def evict(self) -> None:
        """Go at once."""

    def check(self, now: float) -> None:
        """Act upon a deadline that has passed."""


Queue = dict[Guest, None]  # ordered by when they joined it


class Door:
    """All connections of one server."""

    def __init__(self, limits: EdgeLimits, instruments: Instruments) -> None:
        self.limits = limits
        self._instruments = instruments
        self._origins: dict[Guest, str] = {}
        self._crowds: dict[str, Queue] = {}
        self._spare: Queue = {}
        self._waiting: tuple[Queue, Queue, Queue] = ({}, {}, {})
        self._rank: dict[Guest, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def admit(self, guest: Guest, host: str) -> Place:
        """Give a newcomer its place; `host` is its address."""
        self._look_after(asyncio.get_running_loop())
        origin = origin_of(host)
        if self._makes_room(origin):
            self._origins[guest] = origin
            self._crowds.setdefault(origin, {})[guest] = None
            self.moved(guest)
            self._instruments.set(EDGE_CONNECTIONS, len(self._origins))
            return Place.INSIDE
        if len(self._spare) < self.limits.spare_connections:
            self._spare[guest] = None
            return Place.SPARE
        self.turned_away("connections")
        return Place.OUTSIDE

    def moved(self, guest: Guest) -> None:
        """A guest is in another phase than before."""
        rank = _RANK.get(guest.phase)
        before = self._rank.get(guest)
        if rank == before or guest not in self._origins:
            return
        if before is not None:
            del self._waiting[before][guest], self._rank[guest]
        if rank is not None:
            self._waiting[rank][guest] = None
            self._rank[guest] = rank

    def leave(self, guest: Guest) -> None:
        """A guest is gone; a second time changes nothing."""
        self._spare.pop(guest, None)
        origin = self._origins.pop(guest, None)
        if origin is None:
            return
        crowd = self._crowds[origin]
        del crowd[guest]
        if not crowd:
            del self._crowds[origin]
        rank = self._rank.pop(guest, None)
        if rank is not None:
            del self._waiting[rank][guest]
        self._instruments.set(EDGE_CONNECTIONS, len(self._origins))

    @property
    def watches(self) -> bool:
        """Whether the timer runs."""
        return self._timer is not None

    def turned_away(self, reason: str) -> None:
        """Count a connection or a request that never reached the application."""
        self._instruments.add(EDGE_TURNED_AWAY, reason=reason)

    def _makes_room(self, origin: str) -> bool:
        crowd = self._crowds.get(origin, {})
        if len(crowd) >= self.limits.connections_per_address and not self._evict(crowd):
            return False
        if len(self._origins) < self.limits.connections:
            return True
        first = next(filter(None, self._waiting), {})
        return self._evict(islice(first, 1))

    def _evict(self, crowd: Iterable[Guest]) -> bool:
        """Ask one to go who waits without a request: of the lowest rank the oldest."""
        guest = min(crowd, key=lambda each: self._rank.get(each, _BUSY), default=None)
        if guest is None or guest not in self._rank:
            return False
        self.leave(guest)
        guest.evict()
        self.turned_away("evicted")
        return True

    def _look_after(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            self._timer = loop.call_later(self.limits.sweep_seconds, self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        for guest in [*self._origins, *self._spare]:
            guest.check(now)
        if self._origins or self._spare:
            self._look_after(loop)


def origin_of(host: str) -> str:
    """Who counts as one: an IPv4 address, or the /64 network that one customer of IPv6 has.

    >>> origin_of("192.0.2.7"), origin_of("::ffff:192.0.2.7")
    ('192.0.2.7', '192.0.2.7')
    >>> origin_of("2001:db8::7") == origin_of("2001:db8::9")
    True
    """
    if ":" not in host:
        return host
    address = ip_address(host.partition("%")[0])
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return address.packed[:8].hex()
