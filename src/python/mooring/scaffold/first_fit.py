"""A first fit of a model that lies aside, in a process of its own: `python -m` this module.

Its own process, because a folder that may yet be refused is not to be imported by whoever asked
for it: a notebook's kernel lives on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl

from mooring.bundle.load import load_model
from mooring.contract.contract import Contract
from mooring.data.columns import columns_from, labels_from
from mooring.data.dataset import between, read_version
from mooring.data.ingest import table_of
from mooring.evaluation.metrics import Floats, score
from mooring.scaffold.gate_source import FirstFit, Measured, MeasuredSlice
from mooring.training.adopted import make_bundle
from mooring.training.memory_tracker import MemoryTracker

RESAMPLES = 200

# A slice of fewer rows has an interval as wide as the metric.
LEAST_SLICE_ROWS = 50
MOST_SLICES = 8

_SLICED_BY = {"probability": "roc_auc", "number": "mae"}


def first_fit(name: str, data: Path, store: Path) -> FirstFit:
    """Train `models.<name>` on its dataset and measure it through the runtime that would serve."""
    plan = import_module(f"models.{name}.pipeline").PLAN
    dataset, rows = read_version(table_of(data, name))
    made = make_bundle(plan, dataset, rows, store, MemoryTracker())
    holdout = between(rows, plan.split.holdout.start, plan.split.holdout.end)
    loaded = load_model(made.bundle)
    predictions = loaded.predict(columns_from(plan.contract, holdout))
    labels = labels_from(plan.contract, holdout)
    return FirstFit(
        rows=len(holdout),
        runtime=loaded.runtime,
        metrics=measured(plan.contract, labels, predictions),
        slices=tuple(_slices(plan.contract, holdout, labels, predictions))[:1],
    )


def measured(contract: Contract, labels: Floats, predictions: Floats) -> dict[str, Measured]:
    """Every metric with its standard error over resampled rows."""
    kind = contract.prediction.kind
    draw = np.random.default_rng(0)
    found = [
        score(kind, labels[rows], predictions[rows])
        for rows in draw.integers(0, len(labels), (RESAMPLES, len(labels)))
    ]
    return {
        name: Measured(value=value, error=float(np.nanstd([each[name] for each in found])))
        for name, value in score(kind, labels, predictions).items()
    }


def _slices(
    contract: Contract, holdout: pl.DataFrame, labels: Floats, predictions: Floats
) -> Iterator[MeasuredSlice]:
    """Closed categories of which every value has rows enough, and both classes."""
    metric = _SLICED_BY[contract.prediction.kind]
    for feature in contract.features:
        if feature.open or not 2 <= len(feature.categories or ()) <= MOST_SLICES:
            continue
        values = holdout[feature.name].to_numpy()
        members = [np.asarray(values == value) for value in feature.categories or ()]
        found = [measured(contract, labels[m], predictions[m])[metric] for m in members if m.any()]
        rows = min(int(member.sum()) for member in members)
        if rows >= LEAST_SLICE_ROWS and np.isfinite([f.value for f in found]).all():
            worst = (min if metric == "roc_auc" else max)(found, key=lambda each: each.value)
            yield MeasuredSlice(feature=feature.name, metric=metric, worst=worst, rows=rows)


if __name__ == "__main__":
    name, data, store = sys.argv[1:]
    sys.stdout.write(first_fit(name, Path(data), Path(store)).model_dump_json())
