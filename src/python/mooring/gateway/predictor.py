"""The way of a prediction through the gateway, whatever protocol it came by.

call ─▶ model ─▶ variant ─▶ columns ─▶ service ─▶ remembered ─▶ answer
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import Columns, rows_in
from mooring.contract.errors import InvalidRows
from mooring.gateway.account import note
from mooring.gateway.call import Call
from mooring.gateway.hop.admission import Admission
from mooring.gateway.hop.served import Served
from mooring.gateway.prediction_ids import PredictionIds
from mooring.gateway.tracing.context import sampled_trace
from mooring.gateway.traffic.models import Model, Models
from mooring.gateway.traffic.shadow import Answered
from mooring.gateway.violations import count_violations
from mooring.telemetry.binding import Instruments
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS, PREDICTIONS

# From what a protocol's body says to columns of the contract; raises InvalidRows.
Parse = Callable[[Served], Columns]

Part = Literal["champion", "challenger", "shadow"]


@dataclass(frozen=True)
class Predicted:
    """One value and one id for each row, and which bundle they come from."""

    served: Served
    values: NDArray[np.float64]
    ids: list[str]


@dataclass(frozen=True)
class Made:
    """All there is to remember of one answered call; `seconds` is how long it took."""

    call: Call
    served: Served
    part: Part
    columns: Columns
    values: NDArray[np.float64]
    ids: Sequence[str]
    seconds: float


class Capture(Protocol):
    """Where predictions are remembered."""

    def accept(self, made: Made) -> None:
        """Remember it, or not: never raises, never waits."""


class CaptureShadow:
    """Remembers what a shadow predicted, under the ids of the champion's predictions."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    def __call__(
        self, answered: Answered, served: Served, values: NDArray[np.float64], seconds: float
    ) -> None:
        """Never raises, never waits."""
        of = answered
        self._capture.accept(Made(of.call, served, "shadow", of.columns, values, of.ids, seconds))


class Predictor:
    """Answers calls for predictions."""

    def __init__(
        self,
        models: Models,
        instruments: Instruments,
        capture: Capture,
        ids: PredictionIds,
        admission: Admission,
    ) -> None:
        self._models = models
        self._instruments = instruments
        self._capture = capture
        self._ids = ids
        self._admission = admission

    def expect(self, call: Call) -> None:
        """Raises UnknownModel or UnknownVersion, before anybody has read a body for nothing."""
        self._models[call.model].named(call.version, call.label)

    async def predict(self, call: Call, parse: Parse) -> Predicted:
        """Answer one call. Raises RequestError, InvalidRows, Unserved or UpstreamError."""
        model = self._models[call.model]
        started = time.perf_counter()
        try:
            return await self._predict(call, parse, model, started)
        finally:
            seconds = time.perf_counter() - started
            self._instruments.observe(
                GATEWAY_REQUEST_SECONDS, seconds, sampled_trace(), model=model.name
            )

    async def _predict(self, call: Call, parse: Parse, model: Model, started: float) -> Predicted:
        variant = model.choose(call)
        served = variant.ask()
        note(model=variant.model, version=served.target.version)
        promised = served.contract.limits.deadline_seconds
        deadline = self._admission.deadline(promised, call.patience)
        async with self._admission.lane(model.name).admitted(deadline):
            # Inside, for reading rows is work too.
            columns = self._parse(served, parse)
            note(rows=rows_in(columns))
            answer = variant.predict(served, columns, deadline)
            if model.judges(call, variant):
                answer = model.rollout.watched(variant.role, answer)
            values = await answer
        version = str(served.target.version)
        self._instruments.add(PREDICTIONS, len(values), model=variant.model, version=version)
        ids = self._ids.make(variant.model, call.caller, len(values))
        seconds = time.perf_counter() - started
        self._capture.accept(Made(call, served, variant.role, columns, values, ids, seconds))
        if model.shadow is not None and variant is model.champion:
            model.shadow.offer(Answered(call, served, columns, values, ids))
        return Predicted(served, values, ids)

    def _parse(self, served: Served, parse: Parse) -> Columns:
        try:
            return parse(served)
        except InvalidRows as error:
            count_violations(error, served.contract, self._instruments)
            raise
