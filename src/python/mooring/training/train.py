"""Training: one dataset version and one plan in, one bundle out.

The same rows, code and seed give the same bundle id, whatever the time, folder, locale or hash
seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from mooring.bundle import manifest as names
from mooring.bundle.fingerprint import fingerprint
from mooring.bundle.load import load_model
from mooring.bundle.manifest import Manifest, TrainingData
from mooring.bundle.onnx_runtime import OnnxRuntime
from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_file
from mooring.bundle.skops_runtime import predict_with
from mooring.bundle.write import entries_of, write_bundle
from mooring.contract.canonical import canonical_json
from mooring.contract.columns import Columns
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import DatasetVersion, between
from mooring.data.digest import content_digest
from mooring.data.source import EVENT_TIME
from mooring.evaluation.curves import curves
from mooring.evaluation.metrics import score
from mooring.training.code import code_digest
from mooring.training.export import onnx_model, skops_model
from mooring.training.facts import Facts, card_file, metrics_file
from mooring.training.fit import fit
from mooring.training.golden import choose_samples
from mooring.training.parity import compare
from mooring.training.plan import TrainingPlan
from mooring.training.tracking import Run, Tracker

Labelled = tuple[Columns, NDArray[np.float64]]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """A finished bundle, what it scored on the holdout, and the run that tells of it."""

    bundle: Bundle
    facts: Facts
    run: str


def train(
    plan: TrainingPlan,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    store: Path,
    tracker: Tracker,
    progress: Progress = lambda step: None,
) -> Trained:
    """Fit, export, compare, describe and store; raises TrainingError, DataError or BundleError."""
    with tracker.run(plan.contract.name) as run:
        run.log_data(dataset)
        progress("fit")
        pipeline = _fit(plan, rows)
        progress("export and compare")
        holdout = between(rows, *_days(plan.split.holdout))
        graph = onnx_model(pipeline, plan.contract)
        files, facts = _files(plan, rows, holdout, pipeline, graph)
        manifest = manifest_of(plan, facts, files, "mooring.training.train")
        progress("store the bundle")
        bundle = write_bundle(store, manifest, files, provenance_of(dataset, run))
        load_model(bundle)
        progress("track the run")
        track(run, plan, bundle, facts, graph)
        return Trained(bundle, facts, run.id)


def _fit(plan: TrainingPlan, rows: pl.DataFrame) -> Pipeline:
    fitting = _labelled(plan, between(rows, *_days(plan.split.fit)))
    calibrating = _labelled(plan, between(rows, *_days(plan.split.calibrate)))
    return fit(plan, fitting, calibrating)


def _files(
    plan: TrainingPlan, rows: pl.DataFrame, holdout: pl.DataFrame, pipeline: Pipeline, graph: Any
) -> tuple[dict[str, bytes], Facts]:
    """Every file of the bundle but the manifest, and the facts they were written from."""
    contract = plan.contract
    columns, labels = _labelled(plan, holdout)
    predict = partial(predict_with, pipeline, contract)
    expected = predict(columns)
    onnx = graph.SerializeToString(deterministic=True)
    served = OnnxRuntime(contract, onnx).predict(columns)
    parity = compare(contract, expected, served, plan.tolerance)
    metrics = score(contract.prediction.kind, labels, expected)
    days = holdout[EVENT_TIME].dt.date().to_physical().to_numpy()
    drawn = curves(contract.prediction.kind, labels, expected, days)
    facts = Facts(_training_data(plan, rows), len(labels), metrics, parity, drawn)
    skops, trusted = skops_model(pipeline)
    return {
        names.CONTRACT: contract.to_json(),
        names.MODEL_ONNX: onnx,
        names.MODEL_SKOPS: skops,
        names.TRUSTED_TYPES: canonical_json(trusted),
        names.SAMPLES: samples_file(choose_samples(contract, holdout, expected, predict)),
        names.METRICS: metrics_file(plan, facts),
        names.CARD: card_file(plan, facts),
    }, facts


def manifest_of(plan: TrainingPlan, facts: Facts, files: dict[str, bytes], code: str) -> Manifest:
    """The manifest of `files`; `code` is the module that made them, besides the model's own."""
    return Manifest(
        model=plan.contract.name,
        contract=plan.contract.version,
        runtime=facts.parity.runtime,
        tolerance=plan.tolerance,
        files=entries_of(files),
        fingerprint=fingerprint(),
        dataset=facts.dataset,
        code=code_digest([code, f"models.{plan.contract.name}.pipeline"]),
        seed=plan.seed,
    )


def provenance_of(dataset: DatasetVersion, run: Run) -> dict[str, str]:
    """What depends on time, place and person; not part of the bundle's id."""
    return {
        "dataset_uri": dataset.uri,
        "dataset_version": str(dataset.version),
        "dataset_sha256": dataset.sha256,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "created_by": getuser(),
        "mlflow_run": run.id,
    }


def track(run: Run, plan: TrainingPlan, bundle: Bundle, facts: Facts, graph: Any) -> None:
    """Tell the run what came out."""
    split = plan.split
    parameters = {
        "seed": str(plan.seed),
        "calibration": str(plan.calibration),
        "fit": " to ".join(_days(split.fit)),
        "calibrate": " to ".join(_days(split.calibrate)),
        "holdout": " to ".join(_days(split.holdout)),
        "runtime": facts.parity.runtime,
        "bundle": bundle.id,
    }
    run.log_results(parameters, facts.metrics)
    run.log_model(graph, plan.contract)
    run.log_files(bundle.path)


def _training_data(plan: TrainingPlan, rows: pl.DataFrame) -> TrainingData:
    used = between(rows, *_days(plan.split.training))
    return TrainingData(
        name=plan.contract.name,
        sha256=content_digest(used),
        rows=len(used),
        period=plan.split.training,
    )


def _labelled(plan: TrainingPlan, rows: pl.DataFrame) -> Labelled:
    return columns_from(plan.contract, rows), labels_from(plan.contract, rows)


def _days(period: names.Period) -> tuple[str, str]:
    return period.start, period.end
