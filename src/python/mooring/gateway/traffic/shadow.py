"""A challenger in the shadow: it is asked what the champion was asked, and nobody waits for it.

Offering a call takes no time and cannot fail: it goes into a bounded queue, or it is dropped and
counted. One task empties the queue, one call at a time, so that a shadow never takes more from the
machine than one caller would.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns
from mooring.contract.compatibility import compare
from mooring.contract.contract import Contract
from mooring.gateway.call import Call
from mooring.gateway.errors import GatewayError
from mooring.gateway.hop.deadline import LONGEST_SECONDS, deadline_of
from mooring.gateway.hop.served import Served
from mooring.gateway.traffic.variant import Variant
from mooring.telemetry.binding import Instruments
from mooring.telemetry.traffic import SHADOW_CALLS, SHADOW_DECISIONS, SHADOW_DIFFERENCE

_log = logging.getLogger(__name__)

# Some megabytes of columns at most, and a second or two of a model's time.
_MOST_CALLS = 256
_MOST_ROWS = 10_000


@dataclass(frozen=True)
class Answered:
    """One call as the champion answered it."""

    call: Call
    served: Served
    columns: Columns
    values: NDArray[np.float64]
    ids: Sequence[str]


class Remember(Protocol):
    """Where the shadow's own predictions go, beside the champion's of the same ids."""

    def __call__(
        self, answered: Answered, served: Served, values: NDArray[np.float64], seconds: float
    ) -> None:
        """Never raises, never waits."""


class Shadow:
    """The queue of one model's shadow, and the task that empties it."""

    def __init__(
        self, challenger: Variant, threshold: float, instruments: Instruments, remember: Remember
    ) -> None:
        self.challenger = challenger
        self._model = challenger.model
        self.threshold = threshold
        self._instruments = instruments
        self._remember = remember
        self._waiting: deque[Answered] = deque()
        self._rows = 0
        self._judged: tuple[str, str] | None = None
        self._fits = False
        self._offered = asyncio.Event()

    def offer(self, answered: Answered) -> None:
        """Let the challenger predict the same, some time, or never."""
        if not self._comparable(answered.served):
            self._count("skipped")
        elif self._is_full(len(answered.values)):
            self._count("dropped")
        else:
            self._waiting.append(answered)
            self._rows += len(answered.values)
            self._offered.set()

    async def run(self) -> None:
        """Empty the queue for ever."""
        while True:
            await self._offered.wait()
            self._offered.clear()
            while self._waiting:
                answered = self._waiting.popleft()
                self._rows -= len(answered.values)
                await self._follow(answered)

    def _comparable(self, served: Served) -> bool:
        """Whether the challenger can be asked, and reads the champion's columns as they are."""
        known = self.challenger.known
        if known is None or not self.challenger.able:
            return False
        # Comparing two contracts takes longer than a prediction, and they seldom change.
        pair = (known.digest, served.digest)
        if self._judged != pair:
            self._judged, self._fits = pair, _can_read(known, served)
        return self._fits

    def _is_full(self, rows: int) -> bool:
        return len(self._waiting) >= _MOST_CALLS or self._rows + rows > _MOST_ROWS

    async def _follow(self, answered: Answered) -> None:
        try:
            if self._comparable(answered.served):
                await self._ask(answered)
            else:
                self._count("skipped")
        except GatewayError:
            self._count("failed")
        except Exception:
            # A fault of ours in the shadow is no reason to end it, and no caller's business.
            _log.exception("shadow failed", extra={"model": self._model})
            self._count("failed")

    async def _ask(self, answered: Answered) -> None:
        started = time.perf_counter()
        served = self.challenger.ask()
        # A service that is silent holds up the calls behind, whatever its contract promises.
        deadline = deadline_of(served.contract.limits.deadline_seconds, LONGEST_SECONDS, None)
        values = await self.challenger.predict(served, answered.columns, deadline)
        self._compare(served.contract, answered.values, values)
        self._remember(answered, served, values, time.perf_counter() - started)
        self._count("answered")

    def _compare(
        self, contract: Contract, champion: NDArray[np.float64], shadow: NDArray[np.float64]
    ) -> None:
        for difference in np.abs(champion - shadow).tolist():
            self._instruments.observe(SHADOW_DIFFERENCE, difference, model=self._model)
        if contract.prediction.kind != "probability":
            return
        alike = int(np.sum((champion >= self.threshold) == (shadow >= self.threshold)))
        for agreed, rows in (("yes", alike), ("no", len(champion) - alike)):
            self._instruments.add(SHADOW_DECISIONS, rows, model=self._model, agreed=agreed)

    def _count(self, outcome: str) -> None:
        self._instruments.add(SHADOW_CALLS, model=self._model, outcome=outcome)


def _can_read(challenger: Served, champion: Served) -> bool:
    """Whether columns that were made for the champion's contract also fit the challenger's."""
    if challenger.digest == champion.digest:
        return True
    mine, its = challenger.contract, champion.contract
    if compare(its, mine).breaking:
        return False
    return _kinds(mine) == _kinds(its)


def _kinds(contract: Contract) -> dict[str, bool]:
    return {feature.name: feature.numeric for feature in contract.features}
