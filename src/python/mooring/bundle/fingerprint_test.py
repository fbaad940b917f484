"""The libraries that made a bundle are recorded whole and enforced narrowly."""

from __future__ import annotations

from pathlib import Path

import pytest

from mooring.bundle.errors import FingerprintMismatch
from mooring.bundle.fingerprint import LIBRARIES, fingerprint
from mooring.bundle.load import load_model
from mooring.bundle.manifest import Runtime
from mooring.bundle.testing.recipe import Recipe


def test_every_library_is_recorded_with_its_version() -> None:
    recorded = fingerprint()
    assert set(recorded) == {"python", *LIBRARIES}
    assert all(recorded.values())


@pytest.mark.parametrize(
    ("runtime", "library", "version"),
    [
        pytest.param("onnx", "onnxruntime", "9.0.0", id="onnx: another major of onnxruntime"),
        pytest.param("onnx", "onnxruntime", "", id="onnx: no onnxruntime at training"),
        pytest.param("skops", "scikit-learn", "1.0.0", id="skops: another scikit-learn"),
        pytest.param("skops", "skops", "0.1", id="skops: another skops"),
        pytest.param("skops", "skops", "", id="skops: no skops at training"),
    ],
)
def test_a_library_that_cannot_stand_in_is_refused_by_name(
    recipe: Recipe, store: Path, runtime: Runtime, library: str, version: str
) -> None:
    bundle = recipe.with_facts(fingerprint=fingerprint() | {library: version}).write(store)
    with pytest.raises(FingerprintMismatch, match=f"{runtime} needs {library} "):
        load_model(bundle, runtime=runtime)


@pytest.mark.parametrize(
    ("runtime", "library"),
    [
        pytest.param("onnx", "scikit-learn", id="onnx: another scikit-learn"),
        pytest.param("onnx", "skops", id="onnx: another skops"),
        pytest.param("onnx", "numpy", id="onnx: another numpy"),
        pytest.param("skops", "onnxruntime", id="skops: another onnxruntime"),
        pytest.param("skops", "numpy", id="skops: another numpy"),
    ],
)
def test_a_lock_bump_of_another_library_does_not_kill_a_champion(
    recipe: Recipe, store: Path, runtime: Runtime, library: str
) -> None:
    bundle = recipe.with_facts(fingerprint=fingerprint() | {library: "0.0.1"}).write(store)
    assert load_model(bundle, runtime=runtime).runtime == runtime


def test_a_minor_version_of_onnxruntime_does_not_matter(recipe: Recipe, store: Path) -> None:
    major = fingerprint()["onnxruntime"].split(".")[0]
    recorded = fingerprint() | {"onnxruntime": f"{major}.0.0"}
    assert load_model(recipe.with_facts(fingerprint=recorded).write(store))
