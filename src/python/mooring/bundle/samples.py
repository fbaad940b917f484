"""`samples.jsonl`: golden inputs with the answers recorded at training.

They travel inside the bundle and are replayed before a process calls itself ready, which also warms
it up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mooring.bundle.errors import BundleUnreadable
from mooring.bundle.manifest import SAMPLES
from mooring.bundle.open import Bundle


class Sample(BaseModel):
    """One row of features and the prediction that scikit-learn gave for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    instance: dict[str, Any]
    prediction: float


_SAMPLE = TypeAdapter(Sample)


def samples_of(bundle: Bundle) -> tuple[Sample, ...]:
    """Read the golden samples. Raises BundleUnreadable, also when there are none."""
    lines = bundle.files.get(SAMPLES, b"").splitlines()
    try:
        samples = tuple(_SAMPLE.validate_json(line) for line in lines)
    except ValidationError:
        samples = ()
    if not samples:
        raise BundleUnreadable(
            "no golden samples can be read",
            place=str(bundle.path / SAMPLES),
            cure="Train the model again.",
        )
    return samples


def samples_file(samples: Iterable[Sample]) -> bytes:
    """Write `samples.jsonl`, one sample a line, keys sorted."""
    lines = (json.dumps(s.model_dump(), sort_keys=True, allow_nan=False) for s in samples)
    return "".join(f"{line}\n" for line in lines).encode()
