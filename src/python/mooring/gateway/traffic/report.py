"""What operators are told of the models: metrics that come and go with the document, and logs."""

from __future__ import annotations

import logging

from mooring.gateway.hop.replica import Replica
from mooring.gateway.hop.served import Served
from mooring.gateway.traffic.models import Model
from mooring.telemetry.binding import Instruments
from mooring.telemetry.models import MODEL_INFO, MODEL_READY
from mooring.telemetry.traffic import CHAMPION_PENDING

_log = logging.getLogger(__name__)

# Digests in labels are for recognising, not for proving.
_SHORT = 12

Info = tuple[str, str, str]


class Report:
    """Keeps the series of each model true."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._shown: dict[str, set[Info]] = {}

    def show(self, model: Model) -> None:
        """Export what is known of a model now."""
        set_ = self._instruments.set
        set_(MODEL_READY, float(model.champion.ready), model=model.name)
        pending = model.champion is not model.appointed
        set_(CHAMPION_PENDING, float(pending), model=model.name)
        known = {_info(each.known) for each in model.variants if each.known is not None}
        for info in self._shown.get(model.name, set()) - known:
            self._forget(model.name, info)
        for version, bundle, contract in known:
            labels = {"version": version, "bundle": bundle, "contract": contract}
            set_(MODEL_INFO, 1.0, model=model.name, **labels)
        self._shown[model.name] = known

    def learned(self, model: Model, replica: Replica, before: str) -> None:
        """A replica was asked; log a change of its state."""
        self.show(model)
        if replica.reason == before:
            return
        for variant in model.variants:
            if replica in variant.replicas:
                facts = {"model": model.name, "version": variant.target.version}
                facts |= {"role": variant.role, "replica": variant.replicas.index(replica)}
                _log_change(replica, facts)
                return

    def follow(self, name: str, before: Model, after: Model | None) -> None:
        """Another document is in force: take back what no longer holds."""
        before.rollout.follow(after.rollout if after else None)
        if after is None:
            for info in self._shown.pop(name, set()):
                self._forget(name, info)
            for metric in (MODEL_READY, CHAMPION_PENDING):
                self._instruments.forget(metric, model=name)

    def _forget(self, name: str, info: Info) -> None:
        version, bundle, contract = info
        labels = {"version": version, "bundle": bundle, "contract": contract}
        self._instruments.forget(MODEL_INFO, model=name, **labels)


def _info(served: Served) -> Info:
    target = served.target
    return (str(target.version), target.bundle[:_SHORT], served.digest[:_SHORT])


def _log_change(replica: Replica, facts: dict[str, object]) -> None:
    if replica.ready:
        _log.info("model is ready", extra=facts)
    else:
        _log.warning("model is not ready", extra=facts | {"reason": replica.reason})
