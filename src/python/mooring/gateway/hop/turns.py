"""Whose turn it is: how many calls to a model service may be under way.

A call holds one of few slots, so that what arrives meanwhile is joined. One that takes long gives
its slot up to the next while it goes on: a bulk request, or a replica that no longer answers, must
not hold up everybody until its deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

# Above what a call takes that is not large, on a machine that is not overloaded.
LONG_SECONDS = 0.05
# What is under way for long is bounded, too, by the connections there are.
MOST_CALLS = 8


class Turns:
    """Counts the calls under way; `freed` is called whenever another one may begin."""

    def __init__(self, slots: int, long_seconds: float, freed: Callable[[], None]) -> None:
        self.long_seconds = long_seconds
        self._slots = slots
        self._most = slots * MOST_CALLS
        self._freed = freed
        self._in_slots = 0
        self._under_way = 0

    @property
    def free(self) -> bool:
        """Whether a call may begin."""
        return self._in_slots < self._slots and self._under_way < self._most

    def begin(self) -> Turn:
        """A call begins; end it by the turn that it is given."""
        self._in_slots += 1
        self._under_way += 1
        return Turn(self)

    def leave_slot(self) -> None:
        """A call that goes on takes too long to be waited for."""
        self._in_slots -= 1
        self._freed()

    def end(self, in_slot: bool) -> None:
        """A call has ended."""
        self._in_slots -= in_slot
        self._under_way -= 1
        self._freed()


class Turn:
    """One call that is under way."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._in_slot = True
        self._timer = asyncio.get_running_loop().call_later(turns.long_seconds, self._takes_long)

    def end(self) -> None:
        """The call has ended."""
        self._timer.cancel()
        self._turns.end(self._in_slot)

    def _takes_long(self) -> None:
        self._in_slot = False
        self._turns.leave_slot()
