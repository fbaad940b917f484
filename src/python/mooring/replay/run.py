"""The replay itself: labels that are known by now, then the next request, hour after hour."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mooring.replay.events import Batch
from mooring.replay.gateway import Gateway
from mooring.replay.journal import Journal, Progress, Waiting

# What the gateway takes in one request.
MOST_LABELS = 1_000


@dataclass
class Pace:
    """How fast the past goes by: `speed` seconds of it in one of ours, None as fast as it is
    answered.
    """

    speed: float | None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _began: tuple[float, datetime] | None = field(default=None, repr=False)

    def until(self, at: datetime) -> None:
        """Wait until the past has reached `at`."""
        if self.speed is None:
            return
        if self._began is None:
            self._began = (self.clock(), at)
        began, first = self._began
        ahead = (at - first).total_seconds() / self.speed - (self.clock() - began)
        if ahead > 0:
            self.sleep(ahead)

    def forget(self) -> None:
        """Begin to count anew, as after a pause."""
        self._began = None


def replay(
    batches: Sequence[Batch],
    gateway: Gateway,
    journal: Journal,
    kind: str,
    pace: Pace,
    hold: Callable[[datetime], bool] = lambda at: False,
    told: Callable[[Progress, datetime], None] = lambda progress, at: None,
) -> Progress:
    """Send what has not been sent. `hold` is asked before each request: it returns when the past
    may go on, and says whether it has stood still. `told` hears of each request.

    Raises GatewayRefused; run again, it goes on from there.
    """
    for batch in batches[journal.progress.done :]:
        if hold(batch.at):
            pace.forget()
        pace.until(batch.at)
        send_labels(gateway, journal, kind, batch.at)
        ids = gateway.predict(batch.instances, batch.at)
        known = zip(ids, batch.labels, batch.labelled_at, strict=True)
        # Nothing is known before it was asked about.
        journal.answered([Waiting(name, y, max(at, batch.at)) for name, y, at in known])
        told(journal.progress, batch.at)
    return journal.progress


def send_labels(gateway: Gateway, journal: Journal, kind: str, until: datetime) -> None:
    """Send the labels that are known by then."""
    while due := journal.due(until, MOST_LABELS):
        gateway.label(due, kind)
        journal.sent(due)


def settle(gateway: Gateway, journal: Journal, kind: str, last: datetime, days: float) -> None:
    """After the last request: send what became known within so many days."""
    send_labels(gateway, journal, kind, last + timedelta(days=days))
