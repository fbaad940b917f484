"""One bundle in one process: refused or proven at boot, then asked for predictions.

Boot goes: verify every digest, and the signature where the policy asks, load, replay the golden
samples, ready. A replica that could not boot stays as it is, since its bundle never changes:
starting it again would not help.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mooring.bundle.load import LoadedModel, load_model
from mooring.bundle.open import open_bundle
from mooring.contract.columns import Columns, rows_in
from mooring.contract.contract import Contract
from mooring.contract.errors import MooringError
from mooring.contract.request import RequestSchema
from mooring.contract.wire import (
    BUNDLE_HEADER,
    CONTRACT_HEADER,
    MODEL_HEADER,
    VERSION_HEADER,
    Wire,
    encode_columns,
)
from mooring.serving.counting import BinCounts, binned_of
from mooring.serving.errors import InvalidPrediction, InvalidSettings, NotReady
from mooring.serving.metrics import ServiceMetrics
from mooring.serving.settings import Settings

# A child of BentoML's logger: that tree alone is configured to show what is not a warning.
logger = logging.getLogger("bentoml.mooring")


@dataclass(frozen=True)
class Served:
    """A proven model, and all that its answers say of it."""

    model: LoadedModel
    version: int

    @property
    def contract(self) -> Contract:
        """What the model promises."""
        return self.model.bundle.contract

    @cached_property
    def schema(self) -> RequestSchema:
        """Validation of JSON requests."""
        return RequestSchema(self.contract)

    @cached_property
    def wire(self) -> Wire:
        """Where its columns lie in a body."""
        return Wire.of(self.contract)

    @cached_property
    def contract_json(self) -> bytes:
        """`contract.json`, byte for byte."""
        return self.contract.to_json()

    @cached_property
    def digest(self) -> str:
        """The contract's digest, which senders of columns must know."""
        return self.contract.digest

    @property
    def trained(self) -> float | None:
        """End of the last day that it has learned from, in seconds since 1970; None for a model
        whose rows are not known.
        """
        learned = self.model.bundle.manifest.dataset
        if not learned.rows:
            return None
        end = date.fromisoformat(learned.period.end) + timedelta(days=1)
        return datetime.combine(end, time(), UTC).timestamp()

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Which model answers: on every response."""
        return {
            MODEL_HEADER: self.contract.name,
            VERSION_HEADER: str(self.version),
            BUNDLE_HEADER: self.model.bundle.id,
            CONTRACT_HEADER: self.digest,
        }

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Predict rows; shape (n,). Raises InvalidPrediction unless all are finite."""
        predictions = self.model.predict(columns)
        if predictions.shape != (rows_in(columns),) or not np.isfinite(predictions).all():
            raise InvalidPrediction(
                "the model did not give one finite number for each row",
                place=self.contract.name,
                cure="Roll back to the previous version.",
            )
        return predictions


class Replica:
    """The process's model, or why it has none."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.metrics = ServiceMetrics(model)
        self._served: Served | None = None
        self._counts: BinCounts | None = None
        self._reason = "the model is still loading"

    @property
    def served(self) -> Served:
        """The proven model. Raises NotReady with the reason when there is none."""
        if self._served is None:
            raise NotReady(self._reason, place=self.model)
        return self._served

    @property
    def headers(self) -> Mapping[str, str]:
        """Which model answers, as far as there is one."""
        return self._served.headers if self._served else {}

    def answer(self, body: bytes) -> NDArray[np.float64]:
        """Predict the rows of a columnar body and count them.

        Raises NotReady, InvalidWire or InvalidPrediction.
        """
        wire = self.served.wire
        packed = wire.read(body)
        predictions = self._predict(wire.columns(packed))
        if self._counts is not None:
            self._counts.keep(packed, predictions)
        return predictions

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Predict rows and count them. Raises NotReady or InvalidPrediction."""
        predictions = self._predict(columns)
        if self._counts is not None:
            body = encode_columns(self.served.contract, columns)
            self._counts.keep(self.served.wire.read(body), predictions)
        return predictions

    def _predict(self, columns: Columns) -> NDArray[np.float64]:
        served = self.served
        started = perf_counter()
        predictions = served.predict(columns)
        seconds = perf_counter() - started
        self.metrics.predicted(version=served.version, rows=len(predictions), seconds=seconds)
        return predictions

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format, with every row that has been predicted."""
        if self._counts is not None:
            self._counts.flush()
        return self.metrics.exposition()

    def serve(self, served: Served, seconds: float) -> None:
        """Become ready, `seconds` after the bundle was opened."""
        self._served = served
        bundle, contract = served.model.bundle.id, served.digest
        self.metrics.loaded(
            version=served.version, bundle=bundle, contract=contract, seconds=seconds,
            trained=served.trained,
        )  # fmt: skip
        self._counts = self._count_in_bins(served)
        logger.info(
            "%s version %s is ready after %.2f s: bundle %s, %s",
            self.model, served.version, seconds, bundle[:16], served.model.runtime,
        )  # fmt: skip

    def _count_in_bins(self, served: Served) -> BinCounts | None:
        try:
            binned = binned_of(served.model.bundle)
        except MooringError as error:
            # The model is proven all the same; only its drift will not be seen here.
            logger.warning("%s counts no rows in bins: %s", self.model, error)
            return None
        return self.metrics.counts(served.version, served.wire, binned) if binned else None

    def refuse(self, reason: str) -> None:
        """Stay unready, and say why in one line."""
        self._reason = reason.rstrip(".")
        logger.error("%s is not served: %s", self.model, reason)


def boot(settings: Settings, threads: int) -> Served:
    """Verify, load and prove the bundle. Raises a BundleError or InvalidSettings."""
    bundle = open_bundle(settings.bundle, expect=settings.expect)
    if bundle.contract.name != settings.model:
        raise InvalidSettings(
            f"it is a bundle of {bundle.contract.name}, this is the service of {settings.model}",
            place=str(settings.bundle),
            cure="Name a bundle of the same model in MOORING_BUNDLE.",
        )
    loaded = load_model(bundle, threads=threads, policy=settings.signature)
    return Served(loaded, settings.version)


def boot_or_refuse(replica: Replica, settings: Settings, threads: int) -> None:
    """Boot `replica`; whatever goes wrong is its reason for not serving."""
    started = perf_counter()
    try:
        served = boot(settings, threads)
    except MooringError as error:
        replica.refuse(str(error))
    except Exception as error:
        logger.exception("unexpected while booting %s", settings.bundle)
        replica.refuse(f"unexpected {type(error).__name__} at boot")
    else:
        replica.serve(served, perf_counter() - started)
