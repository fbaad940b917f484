"""The prediction log as the gateway meets it: what was answered goes in, and costs it nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.hop.served import Served
from mooring.gateway.prediction_ids import share_of
from mooring.gateway.predictor import Made, Part
from mooring.predictionlog.context import Context
from mooring.predictionlog.entries import LabelEntry, PredictionEntry
from mooring.predictionlog.feed import Feed, State
from mooring.predictionlog.records import Labels
from mooring.predictionlog.sensitive import logged_features

_log = logging.getLogger(__name__)

# Live versions times roles; beyond it versions have come and gone.
_CONTEXTS = 256


class Log(Protocol):
    """Where predictions and labels go."""

    def accept(self, made: Made) -> None:
        """Remember an answered call, or count that it was dropped."""

    def label(self, labels: Labels) -> bool:
        """Remember labels; False when there is no room for them."""

    def open(self) -> None:
        """Begin."""

    def close(self) -> None:
        """Write what waits, within bounds, and end."""


class PredictionLog:
    """Hands predictions and labels to a feed; `trace` tells the trace of the request at hand."""

    def __init__(
        self,
        feed: Feed,
        settings: LogSettings,
        trace: Callable[[], str] = str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._feed = feed
        self._settings = settings
        self._trace = trace
        self._now = now
        self._key = settings.hash_key
        self._contexts: dict[tuple[str, str, Part], Context] = {}

    def accept(self, made: Made) -> None:
        """Remember an answered call. Never raises, never waits."""
        try:
            if self._settings.sample >= 1 or share_of(made.ids[0]) < self._settings.sample:
                self._feed.accept(self._entry(made))
        except Exception:
            _log.exception("a prediction was not remembered")

    def label(self, labels: Labels) -> bool:
        """Remember labels; False when there is no room for them."""
        return self._feed.accept(LabelEntry(labels))

    def state(self) -> State:
        """What has been counted."""
        return self._feed.state()

    def open(self) -> None:
        """Start the writer."""
        self._feed.open()

    def close(self) -> None:
        """Write what waits, within the time that the settings give it, and end the writer."""
        self._feed.close(self._settings.flush_seconds)

    def _entry(self, made: Made) -> PredictionEntry:
        when = made.call.event_time
        return PredictionEntry(
            context=self._context(made.served, made.part),
            ids=made.ids,
            at=int((self._now() if when is None else when.timestamp()) * 1_000),
            seconds=made.seconds,
            trace=self._trace(),
            caller=made.call.caller,
            protocol=made.call.protocol,
            values=made.values,
            columns=made.columns,
            key=self._key,
        )

    def _context(self, served: Served, part: Part) -> Context:
        known = (served.target.bundle, served.digest, part)
        context = self._contexts.get(known)
        if context is None or context.version != served.target.version:
            if len(self._contexts) >= _CONTEXTS:
                self._contexts.clear()
            context = self._contexts[known] = _context_of(served, part, self._key)
        return context


@dataclass(frozen=True)
class NoLog:
    """Remembers nothing."""

    def accept(self, made: Made) -> None:
        """Let it go."""

    def label(self, labels: Labels) -> bool:
        """There is no room for labels."""
        return False

    def open(self) -> None:
        """Nothing to begin."""

    def close(self) -> None:
        """Nothing to end."""


def _context_of(served: Served, part: Part, key: bytes) -> Context:
    contract = served.contract
    return Context(
        log="predictions",
        model=contract.name,
        version=served.target.version,
        role=part,
        bundle=served.target.bundle,
        contract=served.digest,
        features=logged_features(contract, key),
    )
