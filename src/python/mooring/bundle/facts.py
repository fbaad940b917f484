"""What a bundle's `metrics.json` tells programs, without the packages that measured it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from mooring.bundle.errors import BundleUnreadable
from mooring.bundle.manifest import METRICS
from mooring.bundle.open import Bundle


class _Parity(BaseModel):
    model_config = ConfigDict(extra="ignore")

    reason: str = ""


class _Metrics(BaseModel):
    model_config = ConfigDict(extra="ignore")

    parity: _Parity = _Parity()


def runtime_reason(bundle: Bundle) -> str:
    """Why the bundle is not served by ONNX; empty where it is.

    Raises BundleUnreadable when `metrics.json` is not what training writes.
    """
    if bundle.manifest.runtime == "onnx":
        return ""
    try:
        reason = _Metrics.model_validate_json(bundle.files.get(METRICS, b"{}")).parity.reason
    except ValidationError:
        raise BundleUnreadable(
            "it is not what training writes",
            place=str(bundle.path / METRICS),
            cure="Train the model again.",
        ) from None
    return reason or "not recorded"
