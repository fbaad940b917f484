"""What a canary was judged by, as counters: who watches several gateways judges by all of them."""

from __future__ import annotations

from mooring.contract.routing import Role, Route, Target
from mooring.gateway.traffic.abort import RULES, Side
from mooring.telemetry.binding import Instruments
from mooring.telemetry.traffic import CANARY_HITS, CANARY_REQUESTS


class Tally:
    """Counts the rounds of one pair, by its versions."""

    def __init__(self, model: str, route: Route, instruments: Instruments) -> None:
        self._model = model
        self._instruments = instruments
        self._targets: dict[Role, Target] = {"champion": route.champion}
        if route.challenger is not None:
            self._targets["challenger"] = route.challenger

    def count(self, role: Role, side: Side) -> None:
        """Count one side of a round that was judged."""
        labels = self._labels(self._targets[role])
        self._instruments.add(CANARY_REQUESTS, side.requests, **labels)
        for rule in RULES:
            self._instruments.add(CANARY_HITS, side.hits[rule], **labels, rule=rule)

    def forget(self) -> None:
        """Take the series back."""
        for labels in map(self._labels, self._targets.values()):
            self._instruments.forget(CANARY_REQUESTS, **labels)
            for rule in RULES:
                self._instruments.forget(CANARY_HITS, **labels, rule=rule)

    def _labels(self, target: Target) -> dict[str, str]:
        return {"model": self._model, "version": str(target.version)}
