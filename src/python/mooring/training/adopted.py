"""A model that another framework trained: packed into a bundle instead of fitted.

The graph is the file that was adopted, byte for byte; its framework is nowhere needed. What it
learned from is not known here, so the bundle says that it learned from no row of ours, and all
labelled rows judge it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
import onnx
import polars as pl

from mooring.bundle import manifest as names
from mooring.bundle.manifest import Period, TrainingData
from mooring.bundle.onnx_runtime import OnnxRuntime
from mooring.bundle.samples import samples_file
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import DatasetVersion, between
from mooring.data.digest import content_digest
from mooring.data.files import found_from_root
from mooring.data.source import EVENT_TIME
from mooring.drift.reference import reference_of
from mooring.evaluation.curves import curves
from mooring.evaluation.metrics import score
from mooring.training.errors import ExportError
from mooring.training.facts import Facts, card_file, metrics_file
from mooring.training.forms import Forms
from mooring.training.golden import choose_samples
from mooring.training.parity import compare
from mooring.training.plan import TimeSplit, TrainingPlan
from mooring.training.tracking import Tracker
from mooring.training.train import Made, Progress, Trained, keep, train

# Days on which no row of ours lies: the periods of a training that happened elsewhere.
_ELSEWHERE = (
    Period(start="0001-01-01", end="0001-01-01"),
    Period(start="0001-01-02", end="0001-01-02"),
)

TRAINED_ELSEWHERE = "Trained elsewhere: which rows it has learned from is not known here."


@dataclass(frozen=True)
class AdoptedPlan(TrainingPlan):
    """A plan that fits nothing: `graph` is the ONNX file, found from `$MOORING_ROOT`."""

    graph: str = ""


def adopted_plan(
    contract: Contract,
    graph: str,
    *,
    holdout: Period,
    owner: str,
    known_limits: tuple[str, ...] = (),
    tolerance: str = "0.00001",
) -> AdoptedPlan:
    """The plan of an adopted model; `holdout` are days of rows that it has not learned from."""
    fitted, calibrated = _ELSEWHERE
    return AdoptedPlan(
        contract=contract,
        pipeline=_no_pipeline,
        split=TimeSplit(fit=fitted, calibrate=calibrated, holdout=holdout),
        owner=owner,
        known_limits=(TRAINED_ELSEWHERE, *known_limits),
        calibration=None,
        tolerance=tolerance,
        graph=graph,
    )


def make_bundle(
    plan: TrainingPlan,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    store: Path,
    tracker: Tracker,
    progress: Progress = lambda step: None,
) -> Trained:
    """Train, or pack what was trained elsewhere: whichever the plan is for."""
    if isinstance(plan, AdoptedPlan):
        return pack(plan, dataset, rows, store, tracker, progress)
    return train(plan, dataset, rows, store, tracker, progress)


def pack(
    plan: AdoptedPlan,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    store: Path,
    tracker: Tracker,
    progress: Progress = lambda step: None,
) -> Trained:
    """Measure the graph on its holdout and store it; raises what `train` raises."""
    with tracker.run(plan.contract.name) as run:
        run.log_data(dataset)
        progress("read the graph and measure it")
        graph = found_from_root(plan.graph).read_bytes()
        made = _make(plan, rows, graph)
        return keep(run, plan, dataset, made, store, "mooring.training.adopted", progress)


def _make(plan: AdoptedPlan, rows: pl.DataFrame, graph: bytes) -> Made:
    contract, period = plan.contract, plan.split.holdout
    holdout = between(rows, period.start, period.end)
    columns, labels = columns_from(contract, holdout), labels_from(contract, holdout)
    predict = OnnxRuntime(contract, graph).predict
    predictions = predict(columns)
    if not np.isfinite(predictions).all():
        raise ExportError(
            "the graph answers rows of the holdout with NaN or infinity",
            place=f"graph of {contract.name}",
            cure="Export it again, or forbid in the contract what it cannot answer.",
        )
    learned = TrainingData(
        name=contract.name, sha256=content_digest(rows.clear()), rows=0, period=plan.split.training
    )
    # The graph is the model: there is nothing beside it that it could differ from.
    parity = compare(contract, predictions, predictions, plan.tolerance)
    metrics = score(contract.prediction.kind, labels, predictions)
    days = holdout[EVENT_TIME].dt.date().to_physical().to_numpy()
    drawn = curves(contract.prediction.kind, labels, predictions, days)
    facts = Facts(learned, len(labels), metrics, parity, drawn)
    forms = Forms(
        None, onnx.load_from_string(graph), {names.MODEL_ONNX: graph}, trusted=(), parity=parity,
        answers=predictions,
    )  # fmt: skip
    files = {
        **forms.files,
        names.CONTRACT: contract.to_json(),
        names.SAMPLES: samples_file(choose_samples(contract, holdout, predictions, predict)),
        names.METRICS: metrics_file(plan, facts),
        names.CARD: card_file(plan, facts),
        names.REFERENCE: reference_of(
            contract, columns, predictions, days, (predictions, labels)
        ).to_json(),
    }
    return Made(files, facts, forms)


def _no_pipeline(seed: int) -> NoReturn:
    raise ExportError(
        "an adopted model has no training code", place="pipeline.py", cure="Adopt a newer file."
    )
