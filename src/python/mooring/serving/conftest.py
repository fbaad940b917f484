"""A small real model in a real bundle, and a way to call an ASGI app without a server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pytest
from annotated_types import Ge, Le
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from mooring.bundle.fingerprint import fingerprint
from mooring.bundle.manifest import CONTRACT, MODEL_ONNX, SAMPLES, Manifest, Period, TrainingData
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released, read_release, write_release
from mooring.bundle.samples import Sample, samples_file
from mooring.bundle.write import entries_of, write_bundle
from mooring.contract.annotations import Category
from mooring.contract.contract import Contract, Limits, Prediction
from mooring.contract.features import Features
from mooring.serving.replica import Replica, boot
from mooring.serving.settings import Settings
from mooring.serving.testing import asgi

ROWS, GOLDEN = 200, 8


class Trip(Features):
    """One trip."""

    carrier: Annotated[str, Category("AA", "UA")]
    hour: Annotated[int, Ge(0), Le(23)]
    temp: Annotated[float | None, Ge(-80.0), Le(140.0)] = None


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle of the model `tiny`, trained here."""
    rows, frame = _trips()
    late = (frame["hour"] > 15).to_numpy() & (frame["carrier"] == "UA").to_numpy()
    pipeline = _pipeline().fit(frame, late)
    expected = pipeline.predict_proba(frame)[:GOLDEN, 1].tolist()
    samples = [Sample(instance=r, prediction=p) for r, p in zip(rows, expected, strict=False)]
    files = {
        CONTRACT: _contract().to_json(),
        MODEL_ONNX: _graph(pipeline),
        SAMPLES: samples_file(samples),
    }
    store = tmp_path_factory.mktemp("bundles")
    return write_bundle(store, _manifest(files), files, {"created_by": "test"})


@pytest.fixture
def settings(bundle: Bundle) -> Settings:
    """Settings that name the bundle, as version 3."""
    return Settings("tiny", bundle.path, None, 3)


@pytest.fixture
def replica(settings: Settings) -> Replica:
    """A replica that is ready."""
    ready = Replica("tiny")
    ready.serve(boot(settings, 1), 0.5)
    return ready


@pytest.fixture
def release() -> Callable[[Path, str, str], None]:
    """Release a bundle as version 4 in a checkout: `release(root, bundle_id, location)`."""
    return _release


def _release(root: Path, bundle_id: str, location: str) -> None:
    champion = Released(
        version=4, bundle=bundle_id, location=location, bytes=1, runtime="onnx", blessings={},
        promoted_at="2013-04-01T00:00:00Z", promoted_by="someone", reason="first",
    )  # fmt: skip
    before = read_release(root / "models/tiny/release.json", model="tiny")
    write_release(before, Release(model="tiny", last_version=4, champion=champion))


@pytest.fixture
def call() -> Callable[..., asgi.Answer]:
    """Call an ASGI app with a body in chunks: `call(app, "POST", "/x", {header: v}, [b"…"])`."""
    return asgi.call


def _trips() -> tuple[list[dict[str, Any]], pd.DataFrame]:
    draw = np.random.default_rng(7)
    drawn = draw.normal(60, 9, ROWS).round(1).tolist()
    temps = [None if i % 9 == 0 else temp for i, temp in enumerate(drawn)]
    carriers, hours = draw.choice(["AA", "UA"], ROWS), draw.integers(0, 24, ROWS)
    rows = [
        {"carrier": str(c), "hour": int(h), "temp": t}
        for c, h, t in zip(carriers, hours, temps, strict=True)
    ]
    return rows, pd.DataFrame(rows).astype({"carrier": object, "hour": float, "temp": float})


def _pipeline() -> Pipeline:
    columns = make_column_transformer((OrdinalEncoder(), ["carrier"]), remainder="passthrough")
    return make_pipeline(columns, HistGradientBoostingClassifier(max_iter=10, random_state=7))


def _contract() -> Contract:
    late = Prediction(name="late", kind="probability", label="is_late")
    return Contract.of(
        Trip, name="tiny", version="1.0", prediction=late,
        limits=Limits(rows=50, bytes=4096, deadline_seconds=5.0),
    )  # fmt: skip


def _graph(pipeline: Pipeline) -> bytes:
    types = [
        ("carrier", StringTensorType([None, 1])),
        ("hour", FloatTensorType([None, 1])),
        ("temp", FloatTensorType([None, 1])),
    ]
    graph = to_onnx(pipeline, initial_types=types, options={"zipmap": False})
    content: bytes = graph.SerializeToString()
    return content


def _manifest(files: dict[str, bytes]) -> Manifest:
    period = Period(start="2013-01-01", end="2013-01-02")
    return Manifest(
        model="tiny",
        contract="1.0",
        runtime="onnx",
        tolerance="0.00001",
        files=entries_of(files),
        fingerprint=fingerprint(),
        dataset=TrainingData(name="trips", sha256="0" * 64, rows=ROWS, period=period),
        code="0" * 64,
        seed=7,
    )
