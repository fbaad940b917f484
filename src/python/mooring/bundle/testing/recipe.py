"""A real small model, trained on the spot, and what bundles of it are written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from annotated_types import Ge, Le
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from mooring.bundle.fingerprint import fingerprint
from mooring.bundle.manifest import (
    CARD,
    CONTRACT,
    MODEL_ONNX,
    MODEL_SKOPS,
    SAMPLES,
    TRUSTED_TYPES,
    Manifest,
    Period,
    TrainingData,
)
from mooring.bundle.open import Bundle
from mooring.bundle.samples import Sample, samples_file
from mooring.bundle.skops_runtime import predict_with
from mooring.bundle.write import entries_of, write_bundle
from mooring.contract.annotations import Category
from mooring.contract.canonical import canonical_json
from mooring.contract.columns import columns_of
from mooring.contract.contract import Contract, Prediction
from mooring.contract.features import Features
from mooring.training.export import onnx_model, skops_model

ROWS, GOLDEN = 120, 6


class Crossing(Features):
    """One crossing of a ferry."""

    line: Annotated[str, Category("north", "south")]
    # ONNX names external data by this very word: such a feature must not look like it.
    location: Annotated[int, Ge(0), Le(23)]
    wind: Annotated[float | None, Ge(0)] = None


@dataclass(frozen=True)
class Recipe:
    """What a bundle is written from; every `with_…` is a bundle of its own, digests and all."""

    files: Mapping[str, bytes]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def with_files(self, files: Mapping[str, bytes]) -> Recipe:
        """The same with other contents."""
        return Recipe({**self.files, **files}, self.facts)

    def without(self, name: str) -> Recipe:
        """The same with one file less."""
        return Recipe({n: c for n, c in self.files.items() if n != name}, self.facts)

    def with_facts(self, **facts: Any) -> Recipe:
        """The same with other facts in its manifest."""
        return Recipe(self.files, {**self.facts, **facts})

    @property
    def manifest(self) -> Manifest:
        """The manifest of just these files and facts."""
        said: dict[str, Any] = {
            "model": "ferry_delay",
            "contract": "1.0",
            "runtime": "onnx",
            "tolerance": "0.00001",
            "files": entries_of(self.files),
            "fingerprint": fingerprint(),
            "dataset": _DATASET,
            "code": "0" * 64,
            "seed": 7,
        }
        return Manifest(**said | dict(self.facts))

    def write(self, store: Path) -> Bundle:
        """Write the bundle into a store."""
        return write_bundle(store, self.manifest, self.files, {"created_by": "a test"})


_DATASET = TrainingData(
    name="crossings",
    sha256="0" * 64,
    rows=ROWS,
    period=Period(start="2013-01-01", end="2013-01-31"),
)


def trained_recipe() -> Recipe:
    """A gradient-boosted model over three features, exported both ways, with golden samples."""
    contract = _contract()
    rows = _rows()
    pipeline = _pipeline().fit(*_frame(contract, rows))
    expected = predict_with(pipeline, contract, columns_of(contract, rows[:GOLDEN])).tolist()
    skops, trusted = skops_model(pipeline)
    samples = [Sample(instance=r, prediction=p) for r, p in zip(rows, expected, strict=False)]
    return Recipe(
        {
            CONTRACT: contract.to_json(),
            MODEL_ONNX: onnx_model(pipeline, contract).SerializeToString(deterministic=True),
            MODEL_SKOPS: skops,
            TRUSTED_TYPES: canonical_json(trusted),
            SAMPLES: samples_file(samples),
            CARD: b"# ferry_delay\n",
        }
    )


def _contract() -> Contract:
    late = Prediction(name="late", kind="probability", label="is_late")
    return Contract.of(Crossing, name="ferry_delay", version="1.0", prediction=late)


def _rows() -> list[dict[str, Any]]:
    draw = np.random.default_rng(7)
    lines, hours = draw.choice(["north", "south"], ROWS), draw.integers(0, 24, ROWS)
    winds = draw.gamma(2, 5, ROWS).round(1)
    return [
        {
            "line": str(lines[i]),
            "location": int(hours[i]),
            "wind": float(winds[i]) if i % 9 else None,
        }
        for i in range(ROWS)
    ]


def _frame(contract: Contract, rows: list[dict[str, Any]]) -> tuple[Any, Any]:
    frame = pd.DataFrame(dict(columns_of(contract, rows)))
    return frame, (frame["location"] > 15) & (frame["line"] == "south")


def _pipeline() -> Pipeline:
    encode = make_column_transformer((OrdinalEncoder(), ["line"]), remainder="passthrough")
    return make_pipeline(encode, HistGradientBoostingClassifier(max_iter=5, random_state=7))
