"""How features go together: whether a classifier tells the window's rows from the reference's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mooring.contract.contract import Contract
from mooring.drift.bins import SCORE
from mooring.drift.reference import Reference
from mooring.evaluation.joint import Told, tell_apart
from mooring.monitor.judging.difference import seasonal_names
from mooring.monitor.judging.summarise import NOT_LOGGED
from mooring.monitor.judging.summary import DaySummary

Floats = NDArray[np.float64]


def told(reference: Reference, contract: Contract, days: Sequence[DaySummary]) -> Told | None:
    """Tell sampled rows of the window's days from those of the reference's, whole days at a time.

    None where a side has fewer than two days, the reference no sample, or no feature is left. The
    score is left out, and so are seasonal and clustered features: a season would be told by any
    classifier, and one that is shown what names a day learns days, and tells nothing else.
    """
    if reference.sample is None or min(len(days), len(reference.blocks)) < 2:
        return None
    drawn = [day.drawn.codes for day in days]
    names = [feature.feature for feature in reference.features]
    now = dict(zip(names, np.concatenate(drawn).T, strict=True))
    codes, block = reference.sample.rows()
    then = dict(zip(reference.sample.features, codes.T.astype(np.float64), strict=True))
    clustered = {feature.name for feature in contract.features if feature.cluster is not None}
    left = seasonal_names(contract) | clustered | {SCORE}
    chosen = [
        name
        for name in names
        if name in then and name not in left and not (now[name] == NOT_LOGGED).any()
    ]
    if not chosen:
        return None
    rows = [_present(reference, n, np.concatenate([then[n], now[n]])) for n in chosen]
    days_of = np.repeat(np.arange(len(days)), [len(each) for each in drawn])
    window = np.arange(len(reference.blocks) + len(days)) >= len(reference.blocks)
    blocks = np.concatenate([block, len(reference.blocks) + days_of])
    return tell_apart(np.stack(rows, axis=1), blocks, window)


def _present(reference: Reference, name: str, codes: Floats) -> Floats:
    missing = len(reference.feature(name).bins.labels) - 1
    return np.where(codes == missing, np.nan, codes)
