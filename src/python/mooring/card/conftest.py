"""A bundle in memory, with curves or without, and evidence for it and against it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mooring.blessing.evidence import Blessing, Check, Versus, overall, write_blessing
from mooring.bundle.manifest import METRICS, Manifest, Period, TrainingData
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released
from mooring.card.facts import CardFacts, gather
from mooring.contract.contract import Contract, Prediction
from mooring.contract.feature import Feature

DAY = Period(start="2013-01-01", end="2013-01-31")
LATER = {"start": "2013-02-01", "end": "2013-02-28"}

MakeFacts = Callable[..., CardFacts]


def metrics(kind: str, **declared: Any) -> dict[str, Any]:
    """`metrics.json` as training writes it."""
    steps = np.linspace(0, 1, 11).tolist()
    bins = [
        {"rows": 50, "predicted": x, "observed": x**1.2, "lower": x**1.2 - 0.03, "upper": None}
        | ({"upper": x**1.2 + 0.03} if x < 1 else {})
        for x in steps
    ]
    curves: dict[str, Any] = {"bins": bins, "roc": [], "residuals": []}
    if kind == "probability":
        curves["roc"] = [[x, x**0.4] for x in steps]
        scores = {"roc_auc": 0.714, "brier": 0.15, "ece": None}
    else:
        levels = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
        curves["residuals"] = [[level, 20 * level - 10] for level in levels]
        scores = {"mae": 6.25, "r2": 0.98}
    return {
        "declared": {
            "owner": "tests@mooring.invalid",
            "known_limits": ["Knows no summer."],
            "fit": DAY.model_dump(),
            "calibrate": DAY.model_dump(),
            "calibration": None,
        }
        | declared,
        "holdout": {**LATER, "rows": 550, "metrics": scores, "curves": curves},
        "parity": {"rows": 550, "largest_difference": 2.5e-07, "changed_decisions": 0},
    }


def contract_of(kind: str, description: str) -> Contract:
    port = Feature(name="port", kind="string", categories=("EWR", "JFK"), example="JFK")
    wind = Feature(
        name="wind_speed", kind="float", ge=0, lt=250, unit="mi/h", nullable=True,
        description=description, example=3.5,
    )  # fmt: skip
    prediction = Prediction(
        name="late", kind=kind, label="is_late", description=description,  # type: ignore[arg-type]
        unit="min" if kind == "number" else None,
    )  # fmt: skip
    return Contract(
        name="ferry", version="1.2", features=(port, wind), prediction=prediction,
        description=description,
    )  # fmt: skip


def evaluation(bundle: str, name: str) -> Blessing:
    """Blessed but for a slice, and compared with a champion."""
    versus = Versus(
        champion="c" * 64, value=0.70, difference=0.014, lower=-0.01, upper=0.04, blocks=17,
        resamples=2_000,
    )  # fmt: skip
    floor = "at least 0.62 on at least 10 rows"
    whole = {"name": "whole holdout", "rows": 550, "metric": "roc_auc", "value": 0.714}
    slices = {"rows": 99, "metric": "roc_auc", "demand": floor}
    probe = Check(
        name="no feature tells the label", rows=550, metric="roc_auc", value=0.615,
        demand="below 0.9995 for a simple probe", verdict="blessed",
    )  # fmt: skip
    windy = Check(
        name="5 ≤ wind_speed < 20", rows=200, metric="brier", value=0.16, verdict="blessed",
        demand="at most 0.2 on at least 10 rows", lower=0.1, upper=0.22,
    )  # fmt: skip
    checks = (
        probe,
        windy,
        Check(**whole, demand=floor, verdict="blessed", lower=0.69, upper=0.73),  # type: ignore[arg-type]
        Check(name="port = EWR", value=0.7, lower=0.66, upper=0.74, verdict="blessed", **slices),  # type: ignore[arg-type]
        Check(name=f"port = {name}", value=0.6, verdict="refused", **slices),  # type: ignore[arg-type]
        Check(**whole, demand="no worse than 0.01", verdict="blessed", versus=versus),  # type: ignore[arg-type]
    )
    return Blessing(
        kind="evaluation", model="ferry", bundle=bundle, dataset="e" * 64, dataset_version=2,
        period=DAY, code="c" * 64, checks=checks, verdict=overall(checks), seconds=0.5,
        judged_at="2013-03-01T00:00:00Z",
    )  # fmt: skip


@pytest.fixture
def facts(tmp_path: Path) -> MakeFacts:
    """Make a card's facts: `facts()`, `facts("number")`, `facts(said="<script>")`."""

    def make(
        kind: str = "probability",
        *,
        said: str = "a ferry that comes late",
        judged: bool = True,
        measured: dict[str, Any] | None = None,
    ) -> CardFacts:
        contract = contract_of(kind, said)
        manifest = Manifest(
            model="ferry", contract="1.2", runtime="onnx", tolerance="0.001", files={}, seed=7,
            fingerprint={"python": "3.11"}, code="c" * 64,
            dataset=TrainingData(name="ferry", sha256="d" * 64, rows=90, period=DAY),
        )  # fmt: skip
        document = measured or metrics(kind, owner=said, known_limits=[said])
        files = {METRICS: json.dumps(document).encode()}
        bundle = Bundle(tmp_path / "nowhere", manifest.id, manifest, contract, files)
        if judged:
            write_blessing(tmp_path, evaluation(bundle.id, said[:20]))
        champion = Released(
            version=4, bundle=bundle.id, location="any", bytes=9, runtime="onnx", blessings={},
            promoted_at="2013-04-01T00:00:00Z", promoted_by="ada", reason=said,
        )  # fmt: skip
        return gather(bundle, tmp_path, Release(model="ferry", champion=champion))

    return make
