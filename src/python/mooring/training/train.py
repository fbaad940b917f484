"""Training: one dataset version and one plan in, one bundle out.

The same rows, code and seed give the same bundle id, whatever the time, folder, locale or hash
seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from getpass import getuser
from pathlib import Path

import polars as pl
from sklearn.pipeline import Pipeline

from mooring.bundle import manifest as names
from mooring.bundle.fingerprint import fingerprint
from mooring.bundle.load import load_model
from mooring.bundle.manifest import Manifest, TrainingData
from mooring.bundle.open import Bundle
from mooring.bundle.samples import samples_file
from mooring.bundle.skops_runtime import predict_with
from mooring.bundle.write import entries_of, write_bundle
from mooring.data.dataset import DatasetVersion, between
from mooring.data.digest import content_digest
from mooring.data.source import EVENT_TIME
from mooring.drift.reference import reference_of
from mooring.evaluation.curves import curves
from mooring.evaluation.metrics import score
from mooring.training.code import code_digest
from mooring.training.facts import Facts, card_file, metrics_file
from mooring.training.fit import fit_on, labelled
from mooring.training.forms import Forms, forms_of
from mooring.training.golden import choose_samples
from mooring.training.plan import TrainingPlan
from mooring.training.tracking import Run, Tracker

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """A finished bundle, what it scored on the holdout, and the run that tells of it."""

    bundle: Bundle
    facts: Facts
    run: str


@dataclass(frozen=True)
class Made:
    """What came of a plan: every file of the bundle but the manifest, the facts they were written
    from, and the model's forms.
    """

    files: Mapping[str, bytes]
    facts: Facts
    forms: Forms


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
        pipeline = fit_on(plan, rows)
        progress("export and compare")
        made = _make(plan, rows, pipeline)
        return keep(run, plan, dataset, made, store, "mooring.training.train", progress)


def keep(
    run: Run,
    plan: TrainingPlan,
    dataset: DatasetVersion,
    made: Made,
    store: Path,
    code: str,
    progress: Progress,
) -> Trained:
    """Store what was made, prove that it loads, and tell the run.

    `code` is the module that made it, besides the model's own.
    """
    progress("store the bundle")
    manifest = _manifest(plan, made, code)
    bundle = write_bundle(store, manifest, made.files, _provenance(dataset, run))
    load_model(bundle)
    progress("track the run")
    _track(run, plan, bundle, made)
    return Trained(bundle, made.facts, run.id)


def _make(plan: TrainingPlan, rows: pl.DataFrame, pipeline: Pipeline) -> Made:
    contract, kind = plan.contract, plan.contract.prediction.kind
    holdout = between(rows, *_days(plan.split.holdout))
    columns, labels = labelled(plan, holdout, plan.split.holdout)
    predict = partial(predict_with, pipeline, contract)
    expected = predict(columns)
    forms = forms_of(pipeline, contract, columns, expected, plan.tolerance)
    days = holdout[EVENT_TIME].dt.date().to_physical().to_numpy()
    facts = Facts(
        _training_data(plan, rows),
        len(labels),
        score(kind, labels, expected),
        forms.parity,
        curves(kind, labels, expected, days),
    )
    files = {
        **forms.files,
        names.CONTRACT: contract.to_json(),
        names.SAMPLES: samples_file(choose_samples(contract, holdout, expected, predict)),
        names.METRICS: metrics_file(plan, facts),
        names.CARD: card_file(plan, facts),
        names.REFERENCE: reference_of(
            contract, columns, forms.answers, days, (expected, labels)
        ).to_json(),
    }
    return Made(files, facts, forms)


def _manifest(plan: TrainingPlan, made: Made, code: str) -> Manifest:
    return Manifest(
        model=plan.contract.name,
        contract=plan.contract.version,
        runtime=made.facts.parity.runtime,
        tolerance=plan.tolerance,
        files=entries_of(made.files),
        fingerprint=fingerprint(),
        dataset=made.facts.dataset,
        code=code_digest([code, f"models.{plan.contract.name}.pipeline"]),
        seed=plan.seed,
    )


def _provenance(dataset: DatasetVersion, run: Run) -> dict[str, str]:
    """What depends on time, place and person; not part of the bundle's id."""
    return {
        "dataset_uri": dataset.uri,
        "dataset_version": str(dataset.version),
        "dataset_sha256": dataset.sha256,
        "dataset_from_log": str(dataset.from_log).lower(),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "created_by": getuser(),
        "mlflow_run": run.id,
    }


def _track(run: Run, plan: TrainingPlan, bundle: Bundle, made: Made) -> None:
    split, facts, forms = plan.split, made.facts, made.forms
    parameters = {
        "seed": str(plan.seed),
        "calibration": str(plan.calibration if plan.calibrates else None),
        "fit": " to ".join(_days(split.fit)),
        "calibrate": " to ".join(_days(split.calibrate)) if split.calibrate else "None",
        "holdout": " to ".join(_days(split.holdout)),
        "runtime": facts.parity.runtime,
        "bundle": bundle.id,
    }
    defined = {name: value for name, value in facts.metrics.items() if math.isfinite(value)}
    run.log_results(parameters, defined)
    if forms.runtime == "onnx":
        run.log_graph(forms.graph, plan.contract)
    else:
        run.log_pipeline(forms.pipeline, forms.trusted, plan.contract)
    run.log_files(bundle.path)


def _training_data(plan: TrainingPlan, rows: pl.DataFrame) -> TrainingData:
    used = between(rows, *_days(plan.split.training))
    return TrainingData(
        name=plan.contract.name,
        sha256=content_digest(used),
        rows=len(used),
        period=plan.split.training,
    )


def _days(period: names.Period) -> tuple[str, str]:
    return period.start, period.end
