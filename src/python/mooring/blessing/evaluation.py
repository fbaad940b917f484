"""The evaluation blessing: floors on the holdout and on every slice of it, and the champion on the
same rows, all through the runtime that would serve.

NaN, an empty slice or too few rows is inconclusive, never a pass.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import polars as pl

from mooring.blessing.comparison import against, shares_days
from mooring.blessing.errors import GateUnusable
from mooring.blessing.evidence import Blessing, Check, Verdict, overall
from mooring.blessing.gate import Floor, Gate, Slice
from mooring.bundle.load import LoadedModel
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import DatasetVersion, between
from mooring.evaluation.metrics import Floats, score


def evaluate(
    loaded: LoadedModel,
    gate: Gate,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    champion: LoadedModel | None = None,
) -> Blessing:
    """Judge a loaded model on the gate's holdout, against the champion where there is one and the
    gate asks for it.

    Raises DatasetEmpty when the period has no rows, GateUnusable when the gate does not fit.
    """
    started = time.monotonic()
    bundle, contract = loaded.bundle, loaded.bundle.contract
    holdout = between(rows, gate.holdout.start, gate.holdout.end)
    predictions = loaded.predict(columns_from(contract, holdout))
    labels = labels_from(contract, holdout)
    checks = (
        _untouched(loaded, gate),
        *_whole(contract, gate, labels, predictions),
        *_slices(contract, gate, holdout, labels, predictions),
        *_champion(gate, champion, contract, holdout, predictions),
    )
    return Blessing(
        kind="evaluation",
        model=contract.name,
        bundle=bundle.id,
        dataset=dataset.sha256,
        dataset_version=dataset.version,
        period=gate.holdout,
        code=bundle.manifest.code,
        checks=checks,
        verdict=overall(checks),
        seconds=round(time.monotonic() - started, 3),
        judged_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _untouched(loaded: LoadedModel, gate: Gate) -> Check:
    """The honesty check that everything else rests on: no day is both learned from and judged."""
    apart = not shares_days(loaded.bundle.manifest.dataset.period, gate.holdout)
    return Check(
        name="holdout was not learned from",
        rows=loaded.bundle.manifest.dataset.rows,
        metric="shared_days",
        value=0.0 if apart else 1.0,
        demand="no day in common",
        verdict="blessed" if apart else "refused",
    )


def _whole(contract: Contract, gate: Gate, labels: Floats, predictions: Floats) -> Iterator[Check]:
    for floor in gate.floors:
        yield _check("whole holdout", contract, floor, gate.minimum_rows, labels, predictions)


def _slices(
    contract: Contract, gate: Gate, holdout: pl.DataFrame, labels: Floats, predictions: Floats
) -> Iterator[Check]:
    for declared in gate.slices:
        if declared.feature not in [f.name for f in contract.features if not f.numeric]:
            raise _unfit(f"the slice feature {declared.feature} is no category of the contract")
        values = holdout[declared.feature].to_numpy()
        for value in _values(contract, declared, holdout):
            member = np.asarray(values == value)
            yield _check(
                f"{declared.feature} = {value}",
                contract,
                declared.floor,
                declared.minimum_rows,
                labels[member],
                predictions[member],
            )


def _champion(
    gate: Gate,
    champion: LoadedModel | None,
    contract: Contract,
    holdout: pl.DataFrame,
    predictions: Floats,
) -> Iterator[Check]:
    if gate.against_champion is not None and champion is not None:
        demanded = gate.against_champion
        yield against(champion, demanded, gate.holdout, contract, holdout, predictions)


def _values(contract: Contract, declared: Slice, holdout: pl.DataFrame) -> list[str]:
    """A closed category's values, all of them: one that is missing here must not pass unseen."""
    feature = next(f for f in contract.features if f.name == declared.feature)
    if feature.categories and not feature.open:
        return list(feature.categories)
    return sorted(holdout[declared.feature].drop_nulls().unique().to_list())


def _check(
    name: str, contract: Contract, floor: Floor, minimum: int, labels: Floats, predictions: Floats
) -> Check:
    metrics = score(contract.prediction.kind, labels, predictions)
    if floor.metric not in metrics:
        raise _unfit(f"there is no metric {floor.metric}; there is {', '.join(sorted(metrics))}")
    value = metrics[floor.metric]
    enough = len(labels) >= minimum and math.isfinite(value)
    verdict: Verdict = "inconclusive"
    if enough:
        verdict = "blessed" if floor.met_by(value) else "refused"
    return Check(
        name=name,
        rows=len(labels),
        metric=floor.metric,
        value=round(value, 9) if math.isfinite(value) else None,
        demand=_demand(floor, minimum),
        verdict=verdict,
    )


def _demand(floor: Floor, minimum: int) -> str:
    low = [] if floor.at_least is None else [f"at least {floor.at_least}"]
    high = [] if floor.at_most is None else [f"at most {floor.at_most}"]
    return f"{' and '.join(low + high)} on at least {minimum} rows"


def _unfit(problem: str) -> GateUnusable:
    return GateUnusable(problem, place="gate", cure="Mend models/<name>/gate.py.")
