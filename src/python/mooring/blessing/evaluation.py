"""The evaluation blessing: what the score is, whether it was come by honestly, how the model
behaves, and the champion on the same rows, all through the runtime that would serve.

NaN, an empty slice or too few rows is inconclusive, never a pass.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from mooring.blessing.behaving import behaviour_checks
from mooring.blessing.comparison import against, shares_days, yardstick
from mooring.blessing.evidence import Blessing, Check, overall
from mooring.blessing.floors import Judged, floor_checks
from mooring.blessing.gate import Gate
from mooring.blessing.hearing import Hearing
from mooring.blessing.inquiry import honesty_checks
from mooring.blessing.permutation import Refit
from mooring.bundle.facts import runtime_reason
from mooring.bundle.load import LoadedModel
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from
from mooring.data.dataset import DatasetVersion
from mooring.evaluation.metrics import Floats


def evaluate(
    loaded: LoadedModel,
    gate: Gate,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    champion: LoadedModel | None = None,
    refit: Refit | None = None,
) -> Blessing:
    """Judge a loaded model on the gate's holdout, against the champion where there is one and the
    gate asks for it. `refit` trains the same way again, for labels that are dealt anew.

    Raises DatasetEmpty when the period has no rows, GateUnusable when the gate does not fit.
    """
    started = time.monotonic()
    bundle, contract = loaded.bundle, loaded.bundle.contract
    hearing = Hearing(contract, bundle.manifest.dataset, dataset, rows, gate.holdout)
    holdout = hearing.holdout
    predictions = loaded.predict(columns_from(contract, holdout))
    judged = Judged.of(contract, holdout, predictions)
    if gate.retrained:
        judged = replace(judged, rival=yardstick(champion, gate.holdout, contract, holdout))
    checks = (
        _untouched(loaded, gate),
        *honesty_checks(gate.honesty, hearing, refit),
        *_runtime(loaded),
        *floor_checks(gate, judged),
        *behaviour_checks(gate.behaviours, loaded, holdout),
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


def _runtime(loaded: LoadedModel) -> Iterator[Check]:
    """Say why the slower runtime serves, where it does: no reason to refuse, one to know."""
    if loaded.bundle.manifest.runtime == "skops":
        yield Check(
            name="served by skops",
            rows=0,
            metric="runtime",
            value=None,
            demand="say why ONNX does not serve",
            verdict="blessed",
            reason=runtime_reason(loaded.bundle),
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
