"""scikit-learn behind the runtime port, loaded through skops with a list of trusted types.

Never a pickle: `skops.io.loads` builds only the types that the list names.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import skops.io
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from mooring.bundle.archive import unpacked
from mooring.bundle.errors import ModelUnloadable, UntrustedTypes
from mooring.bundle.manifest import MODEL_SKOPS, TRUSTED_TYPES
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract

_CURE = "Train the model again."


class SkopsRuntime:
    """Runs one fitted pipeline."""

    def __init__(self, contract: Contract, model: bytes, trusted_types: bytes) -> None:
        self._contract = contract
        self._pipeline = _load(model, _names(trusted_types))

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Predict rows held as contract columns; shape (n,)."""
        return predict_with(self._pipeline, self._contract, columns)


def predict_with(pipeline: Any, contract: Contract, columns: Columns) -> NDArray[np.float64]:
    """Predict with a fitted scikit-learn pipeline: the last class's probability, or the value."""
    frame = pd.DataFrame({name: columns[name] for name in contract.feature_names})
    if contract.prediction.kind == "probability":
        return np.asarray(pipeline.predict_proba(frame)[:, -1], dtype=np.float64)
    return np.asarray(pipeline.predict(frame), dtype=np.float64)


def _names(trusted_types: bytes) -> frozenset[str]:
    try:
        return frozenset(TypeAdapter(list[str]).validate_json(trusted_types))
    except ValidationError:
        raise ModelUnloadable(
            "it is not a JSON list of type names", place=TRUSTED_TYPES, cure=_CURE
        ) from None


def _load(model: bytes, trusted: frozenset[str]) -> Any:
    # A zip of another kind, a pickle, a schema of a newer skops: all the same here.
    unreadable = ModelUnloadable("skops cannot read the file", place=MODEL_SKOPS, cure=_CURE)
    try:
        model = unpacked(model)
        wanted = set(skops.io.get_untrusted_types(data=model))
    except ModelUnloadable:
        raise
    except Exception:
        raise unreadable from None
    if unknown := wanted - trusted:
        problem = f"{len(unknown)} type(s) are not on the trusted list"
        raise UntrustedTypes(problem, place=MODEL_SKOPS, cure=_CURE)
    try:
        return skops.io.loads(model, trusted=sorted(wanted))
    except Exception:
        raise unreadable from None
