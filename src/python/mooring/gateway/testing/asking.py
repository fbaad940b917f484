"""A model service without a network, for what stands before it: it answers in virtual time.

Each row has a name of its own, and is predicted as that name; what is wrong with a row is part of
it, so that every call in which it travels meets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns, columns_of
from mooring.contract.contract import Contract
from mooring.contract.routing import Target
from mooring.gateway.errors import (
    UpstreamDisconnected,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.hop.served import Served
from mooring.gateway.testing.contracts import BUNDLE, CONTRACT, ROW, VERSION

Fault = Literal["", "refused", "nan", "too_likely"]
Fate = Literal["ok", "unreachable", "disconnected", "hangs", "breaks"]

NUMBERED = CONTRACT.model_copy(
    update={"limits": CONTRACT.limits.model_copy(update={"rows": 20, "deadline_seconds": 10.0})}
)
_FAULTS: dict[Fault, float] = {"": 0.0, "refused": 1.0, "nan": 2.0, "too_likely": 3.0}
_SCALE = 1_000_000.0  # names become probabilities


def served(version: int = VERSION, contract: Contract = NUMBERED) -> Served:
    """What a service with that release serves."""
    target = Target(urls=("http://127.0.0.1:1",), version=version, bundle=BUNDLE)
    return Served.of(target, contract)


@dataclass(frozen=True)
class Asked:
    """The rows of one request: their columns, and what should come back."""

    columns: Columns
    expected: list[float]


class Rows:
    """Makes rows, no two of which are alike."""

    def __init__(self) -> None:
        self._names: Iterator[int] = count(1)

    def ask(self, rows: int = 1, fault: Fault = "") -> Asked:
        """A request; its last row has the fault."""
        names = [next(self._names) for _ in range(rows)]
        made = [ROW | {"hour": name, "wind": 0.0} for name in names]
        made[-1]["wind"] = _FAULTS[fault]
        return Asked(columns_of(NUMBERED, made), [name / _SCALE for name in names])


@dataclass(frozen=True)
class SentCall:
    """One call as it arrived: whom it asked, its rows by name, when, and until when."""

    served: Served
    names: list[float]
    at: float
    deadline: float


@dataclass
class InventedService:
    """Answers after `seconds`; the fates of its calls in their order, then all are well."""

    seconds: float = 1.0
    fates: Sequence[tuple[Fate, float]] = ()
    calls: list[SentCall] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    given_up: int = 0

    async def predict(
        self, served: Served, columns: Columns, deadline: Deadline
    ) -> NDArray[np.float64]:
        """Answer as the fate of this call and the faults of its rows will have it."""
        loop = asyncio.get_running_loop()
        number = len(self.calls)
        names = (columns["hour"] / _SCALE).tolist()
        self.calls.append(SentCall(served, names, loop.time(), deadline.at))
        fate, seconds = self.fates[number] if number < len(self.fates) else ("ok", self.seconds)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self._pass(fate, seconds, deadline.left(loop.time()))
            return _answer(columns, fate)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        finally:
            self.under_way -= 1

    async def _pass(self, fate: Fate, seconds: float, left: float) -> None:
        if fate == "hangs" or seconds > left:
            await asyncio.sleep(left)
            raise UpstreamTimeout("voyage_delay", "no answer")
        await asyncio.sleep(seconds)


def _answer(columns: Columns, fate: Fate) -> NDArray[np.float64]:
    if fate == "unreachable":
        raise UpstreamUnreachable("voyage_delay", "it cannot be reached")
    if fate == "disconnected":
        raise UpstreamDisconnected("voyage_delay", "it hung up")
    if fate == "breaks":
        raise ZeroDivisionError
    faults = columns["wind"]
    if (faults == _FAULTS["refused"]).any():
        raise UpstreamRefused("voyage_delay", "it answered 500")
    values: NDArray[np.float64] = np.asarray(columns["hour"] / _SCALE)
    values = np.where(faults == _FAULTS["nan"], np.nan, values)
    return np.where(faults == _FAULTS["too_likely"], 1.5, values)
