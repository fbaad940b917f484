"""The real year in the champion's bins, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.flight_delay.data import extract
from mooring.bundle.load import load_model
from mooring.bundle.manifest import REFERENCE
from mooring.bundle.open import open_bundle
from mooring.contract.columns import Columns
from mooring.data.columns import columns_from
from mooring.drift.bins import SCORE
from mooring.drift.reference import read_reference
from tests.performance.gateway_load import released

Days = NDArray[np.int64]

# The model's memory for a batch, and days on which hardly anybody flew are no days.
_BATCH = 20_000
_LEAST_ROWS = 300


@cache
def day_counts() -> Mapping[str, Days]:
    """Landed flights of 2013 by UTC day and bin, shape (days, bins), for each feature and the
    score.
    """
    bundle = open_bundle(released()[0])
    flights = extract().rows
    columns = columns_from(bundle.contract, flights)
    predictions = _predictions(columns, len(flights))
    _, day = np.unique(
        flights["event_time"].to_numpy().astype("datetime64[D]"), return_inverse=True
    )
    whole = np.bincount(day) >= _LEAST_ROWS
    reference = read_reference(bundle.files[REFERENCE], place=REFERENCE)
    counts = {}
    for feature in reference.features:
        values = predictions if feature.feature == SCORE else columns[feature.feature]
        bins = len(feature.bins.labels)
        flat = np.bincount(day * bins + feature.bins.assign(values), minlength=len(whole) * bins)
        counts[feature.feature] = flat.reshape(-1, bins)[whole]
    return counts


def _predictions(columns: Columns, rows: int) -> NDArray[np.float64]:
    model = load_model(open_bundle(released()[0]))
    cuts = (slice(start, start + _BATCH) for start in range(0, rows, _BATCH))
    return np.concatenate([model.predict({n: c[cut] for n, c in columns.items()}) for cut in cuts])
