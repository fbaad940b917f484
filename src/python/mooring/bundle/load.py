"""Loading a verified bundle: signature where the policy asks, fingerprint, trusted types, runtime,
golden replay; then it is ready.

Training's parity gate, the evaluation and the service all predict through this one door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mooring.bundle.errors import (
    BundleTampered,
    BundleUnreadable,
    GoldenMismatch,
    ModelUnloadable,
)
from mooring.bundle.fingerprint import check_fingerprint
from mooring.bundle.manifest import MODEL_ONNX, MODEL_SKOPS, TRUSTED_TYPES, Runtime
from mooring.bundle.open import Bundle
from mooring.bundle.samples import Sample, samples_of
from mooring.bundle.signature import OFF, SignaturePolicy, check_signature
from mooring.contract.columns import Columns
from mooring.contract.errors import InvalidRows
from mooring.contract.request import RequestSchema


class ModelRuntime(Protocol):
    """Anything that turns contract columns into predictions of shape (n,)."""

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Predict every row."""


@dataclass(frozen=True)
class LoadedModel:
    """A bundle that answers, proven on its own golden samples."""

    bundle: Bundle
    runtime: Runtime
    model: ModelRuntime

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Predict rows held as contract columns; shape (n,)."""
        return self.model.predict(columns)


def load_model(
    bundle: Bundle,
    *,
    runtime: Runtime | None = None,
    threads: int = 1,
    policy: SignaturePolicy = OFF,
) -> LoadedModel:
    """Load `bundle` with its own runtime, or the named one, and replay its golden samples.

    Raises what `check_signature` raises where `policy` asks for a signature, FingerprintMismatch,
    UntrustedTypes, ModelUnloadable or GoldenMismatch.
    """
    check_signature(bundle, policy)
    chosen = runtime or bundle.manifest.runtime
    check_fingerprint(bundle.manifest.fingerprint, chosen, place=str(bundle.path))
    loaded = LoadedModel(bundle, chosen, _runtime(bundle, chosen, threads))
    replay(loaded)
    return loaded


def replay(loaded: LoadedModel) -> float:
    """Answer every golden sample and return the largest |difference|, within the tolerance.

    Raises GoldenMismatch naming the first sample that is off, and by how much; ModelUnloadable
    when the model does not answer at all.
    """
    bundle = loaded.bundle
    samples = samples_of(bundle)
    expected = np.array([s.prediction for s in samples])
    differences = np.abs(_answers(loaded, samples) - expected)
    # A NaN compares false with everything: ask for "within", never for "beyond".
    off = np.flatnonzero(~(differences <= float(bundle.manifest.tolerance)))
    if off.size:
        raise GoldenMismatch(
            f"sample {off[0] + 1} is off by {differences[off[0]]:.3g}, "
            f"more than {bundle.manifest.tolerance}",
            place=str(bundle.path),
            cure="The model does not behave here as it was trained; do not serve it.",
        )
    return float(differences.max())


def _answers(loaded: LoadedModel, samples: Sequence[Sample]) -> NDArray[np.float64]:
    """What the model says to the samples, shape (n,)."""
    place, cure = str(loaded.bundle.path), "Train the model again."
    try:
        columns = RequestSchema(loaded.bundle.contract).check_all([s.instance for s in samples])
    except InvalidRows as error:
        problem = f"a golden sample breaks the contract, {error.place}"
        raise BundleUnreadable(problem, place=place, cure=cure) from None
    try:
        answers = loaded.predict(columns)
    except (
        Exception
    ) as error:  # whatever the runtime raises for a model that cannot take the columns
        problem = f"the model cannot answer its golden samples ({type(error).__name__})"
        raise ModelUnloadable(problem, place=place, cure=cure) from None
    if answers.shape != (len(samples),):
        raise ModelUnloadable("it does not give one number a row", place=place, cure=cure)
    return answers


def _runtime(bundle: Bundle, runtime: Runtime, threads: int) -> ModelRuntime:
    # Imported here so that an image holds only the runtime that its release needs.
    if runtime == "onnx":
        from mooring.bundle.onnx_runtime import OnnxRuntime

        return OnnxRuntime(bundle.contract, _file(bundle, MODEL_ONNX), threads=threads)
    from mooring.bundle.skops_runtime import SkopsRuntime

    return SkopsRuntime(bundle.contract, _file(bundle, MODEL_SKOPS), _file(bundle, TRUSTED_TYPES))


def _file(bundle: Bundle, name: str) -> bytes:
    if name not in bundle.files:
        raise BundleTampered(
            f"it has no {name}", place=str(bundle.path), cure="Serve it with its other runtime."
        )
    return bundle.files[name]
