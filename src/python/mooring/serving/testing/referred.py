"""A bundle with a reference for drift, of its own golden samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_of
from mooring.bundle.write import entries_of, write_bundle
from mooring.contract.columns import Columns
from mooring.contract.request import RequestSchema
from mooring.drift.reference import reference_of


def golden(bundle: Bundle) -> tuple[Columns, NDArray[np.float64]]:
    """The samples as columns, and their answers."""
    samples = samples_of(bundle)
    columns = RequestSchema(bundle.contract).check_all([s.instance for s in samples])
    return columns, np.array([s.prediction for s in samples])


def with_reference(bundle: Bundle, store: Path, reference: bytes = b"") -> Bundle:
    """The same with this `reference.json`, else with one of one day's golden samples."""
    columns, answers = golden(bundle)
    days = np.zeros(len(answers), dtype=np.int64)
    made = reference or reference_of(bundle.contract, columns, answers, days).to_json()
    files = {**bundle.files, REFERENCE: made}
    manifest = bundle.manifest.model_copy(update={"files": entries_of(files)})
    return write_bundle(store, manifest, files, {})
