"""The circuit breaker of one replica: who fails again and again is left alone for a while.

    closed ──(failures in a row, or too many of the last)──▶ open ──(its time is over)──▶ half-open
       ▲                                                      ▲                              │
       └──────────────────────────(one probe succeeds)────────┼──────────────────────────────┤
                                                              └──(it fails: open for longer)─┘

Pure: it knows neither sockets nor errors, and its clock is given. `begin` before a call, exactly
one `end` after it. A call that says nothing about the replica (its caller left, its rows were
refused) ends with `None`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """Of a breaker; the numbers are the metric's."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


@dataclass(frozen=True)
class BreakerPolicy:
    """When it opens, and for how long."""

    # A replica that is gone fails at once; so few calls find it out, and luck rarely does.
    in_a_row: int = 5
    # One that fails only sometimes never fails in a row: half of at least 20 within 10 s.
    ratio: float = 0.5
    at_least: int = 20
    window: int = 50  # outcomes that are remembered
    window_seconds: float = 10.0
    # The first opening is as long as a restart of the process behind takes to begin.
    open_seconds: float = 1.0
    longest_seconds: float = 30.0


@dataclass(frozen=True)
class Permit:
    """The right to one call, to be given back with its outcome."""

    era: int  # how often the breaker had changed its mind when it was given
    probe: bool


class Breaker:
    """Of one replica; not thread-safe, it belongs to one event loop."""

    def __init__(
        self, policy: BreakerPolicy | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._policy = policy or BreakerPolicy()
        self._clock = clock
        self._era = 0  # opened or closed so often: calls of an earlier one have no say
        self._open_until: float | None = None
        self._probing = False
        self._failed_probes = 0
        self._failed_in_a_row = 0
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=self._policy.window)

    @property
    def state(self) -> State:
        """Open turns half-open when its time is over, without anybody doing anything."""
        if self._open_until is None:
            return State.CLOSED
        return State.OPEN if self._clock() < self._open_until else State.HALF_OPEN

    @property
    def admits(self) -> bool:
        """Whether `begin` would give a permit."""
        state = self.state
        return state is State.CLOSED or (state is State.HALF_OPEN and not self._probing)

    @property
    def seconds_to_probe(self) -> float:
        """Until it may be tried again; 0 when it may be now."""
        return max(0.0, (self._open_until or 0.0) - self._clock())

    def begin(self) -> Permit:
        """Take the right to one call; only while it `admits`."""
        if not self.admits:
            raise RuntimeError("the breaker admits nothing now")
        probe = self.state is State.HALF_OPEN
        self._probing = self._probing or probe
        return Permit(self._era, probe)

    def end(self, permit: Permit, ok: bool | None) -> None:
        """Give it back. What began before the breaker opened has no say any more."""
        if permit.era != self._era:
            return
        if permit.probe:
            self._probed(ok)
        elif ok is not None:
            self._noted(ok)

    def reset(self) -> None:
        """Forget everything: there is another process behind the address."""
        self._close()  # calls that are still under way belong to the one before

    def _probed(self, ok: bool | None) -> None:
        self._probing = False
        if ok:
            self._close()
        elif ok is not None:
            self._open()

    def _noted(self, ok: bool) -> None:
        now = self._clock()
        self._outcomes.append((now, ok))
        self._failed_in_a_row = 0 if ok else self._failed_in_a_row + 1
        if not ok and self._too_many(now):
            self._open()

    def _too_many(self, now: float) -> bool:
        if self._failed_in_a_row >= self._policy.in_a_row:
            return True
        since = now - self._policy.window_seconds
        recent = [ok for at, ok in self._outcomes if at > since]
        failed = recent.count(False)
        return len(recent) >= self._policy.at_least and failed >= self._policy.ratio * len(recent)

    def _open(self) -> None:
        policy = self._policy
        seconds = min(policy.open_seconds * 2.0**self._failed_probes, policy.longest_seconds)
        self._open_until = self._clock() + seconds
        self._failed_probes += 1
        self._era += 1
        self._probing = False

    def _close(self) -> None:
        self._era += 1
        self._open_until = None
        self._probing = False
        self._failed_probes = self._failed_in_a_row = 0
        self._outcomes.clear()
