"""A feature that equals or determines the label, alone or together with others."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from mooring.blessing.evidence import Check, Verdict
from mooring.blessing.hearing import Hearing
from mooring.data.columns import columns_from, labels_from
from mooring.evaluation.metrics import Floats
from mooring.evaluation.probes import Columns, Kind, joint_score, single_score

# With fewer rows of a class a perfect score is luck: three folds would train on a handful.
LEAST_ROWS = 30

_METRICS = {"probability": "roc_auc", "number": "r2"}


def no_feature_tells(hearing: Hearing, ceiling: float) -> Iterator[Check]:
    """Ask of every feature alone whether it tells the label; the best one is in the evidence."""
    kind, columns, labels = _parts(hearing)
    name, obstacle = "no feature tells the label", _obstacle(hearing)
    if obstacle:
        yield _unknown(hearing, name, ceiling, obstacle)
        return
    scores = {each: single_score(kind, column, labels) for each, column in columns.items()}
    known = {each: found for each, found in scores.items() if math.isfinite(found)}
    found = sorted((each for each in known if known[each] >= ceiling), key=lambda e: -known[e])
    best = max(known, key=lambda each: known[each])
    told = f"tells the label alone: {', '.join(found)}" if found else f"best: {best}"
    yield _check(hearing, name, known[best], ceiling, told)


def no_features_tell(hearing: Hearing, ceiling: float) -> Iterator[Check]:
    """Ask of all features together, with a linear and a boosted probe out of fold."""
    kind, columns, labels = _parts(hearing)
    name, obstacle = "no features tell the label together", _obstacle(hearing)
    if obstacle:
        yield _unknown(hearing, name, ceiling, obstacle)
        return
    joint = joint_score(kind, columns, labels, ceiling)
    if not math.isfinite(joint.score):
        yield _unknown(hearing, name, ceiling, "the probes have no score here")
        return
    told = f"tell the label together: {', '.join(joint.features)}" if joint.features else ""
    yield _check(hearing, name, joint.score, ceiling, told)


def _parts(hearing: Hearing) -> tuple[Kind, Columns, Floats]:
    contract = hearing.contract
    columns = columns_from(contract, hearing.sample)
    return contract.prediction.kind, columns, labels_from(contract, hearing.sample)


def _obstacle(hearing: Hearing) -> str:
    labels = labels_from(hearing.contract, hearing.sample)
    if hearing.contract.prediction.kind == "probability":
        rarest = min(int((labels == 1).sum()), int((labels == 0).sum()))
        return "" if rarest >= LEAST_ROWS else f"a class has fewer than {LEAST_ROWS} rows"
    if len(labels) < LEAST_ROWS:
        return f"{len(labels)} rows are fewer than {LEAST_ROWS}"
    return "" if len(np.unique(labels)) > 1 else "all labels are alike"


def _check(hearing: Hearing, name: str, value: float, ceiling: float, reason: str) -> Check:
    verdict: Verdict = "blessed" if value < ceiling else "refused"
    return Check(
        name=name,
        rows=len(hearing.sample),
        metric=_METRICS[hearing.contract.prediction.kind],
        value=round(value, 9),
        demand=f"below {ceiling} for a simple probe",
        verdict=verdict,
        reason=reason,
    )


def _unknown(hearing: Hearing, name: str, ceiling: float, reason: str) -> Check:
    return Check(
        name=name,
        rows=len(hearing.sample),
        metric=_METRICS[hearing.contract.prediction.kind],
        value=None,
        demand=f"below {ceiling} for a simple probe",
        verdict="inconclusive",
        reason=reason,
    )
