"""Loading: fingerprint, trusted types, runtime, golden replay; each refuses with its own error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mooring.bundle.errors import (
    BundleTampered,
    BundleUnreadable,
    GoldenMismatch,
    ModelUnloadable,
)
from mooring.bundle.load import LoadedModel, load_model, replay
from mooring.bundle.manifest import MODEL_ONNX, MODEL_SKOPS, SAMPLES, Runtime
from mooring.bundle.open import Bundle
from mooring.bundle.samples import Sample, samples_file, samples_of
from mooring.bundle.testing.recipe import GOLDEN, Recipe
from mooring.contract.columns import Columns, rows_in
from mooring.contract.request import RequestSchema

RUNTIMES: tuple[Runtime, ...] = ("onnx", "skops")


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_sound_bundle_answers_its_golden_samples(bundle: Bundle, runtime: Runtime) -> None:
    loaded = load_model(bundle, runtime=runtime)
    samples = samples_of(bundle)
    columns = RequestSchema(bundle.contract).check_all([s.instance for s in samples])
    answers = loaded.predict(columns)
    assert answers.shape == (GOLDEN,)
    np.testing.assert_allclose(answers, [s.prediction for s in samples], atol=1e-5)
    assert 0 <= replay(loaded) <= 1e-5
    assert len(set(answers.round(3))) > 1, "a constant would pass for a model"


def test_the_runtime_is_the_manifests_unless_named(recipe: Recipe, store: Path) -> None:
    bundle = recipe.with_facts(runtime="skops").write(store)
    assert load_model(bundle).runtime == "skops"
    assert load_model(bundle, runtime="onnx").runtime == "onnx"


class Answers:
    """A runtime that gives the same answers whatever it is asked."""

    def __init__(self, answers: NDArray[np.float64]) -> None:
        self._answers = answers

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        assert rows_in(columns) == GOLDEN
        return self._answers


def replayed(bundle: Bundle, change: Callable[[NDArray[np.float64]], Any]) -> float:
    recorded = np.array([sample.prediction for sample in samples_of(bundle)])
    return replay(LoadedModel(bundle, "onnx", Answers(change(recorded))))


def third(value: float) -> Callable[[NDArray[np.float64]], Any]:
    """A change of the third answer alone."""

    def change(recorded: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(np.arange(GOLDEN) == 2, recorded + value, recorded)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(third(0.25), r"sample 3 is off by 0\.25, more than 0\.00001", id="too large"),
        pytest.param(third(-0.25), r"sample 3 is off by 0\.25", id="too small"),
        pytest.param(third(1.1e-5), r"sample 3 is off by 1\.1e-05", id="just over the tolerance"),
        pytest.param(third(float("nan")), "sample 3 is off by nan", id="NaN"),
        pytest.param(third(float("inf")), "sample 3 is off by inf", id="infinity"),
    ],
)
def test_a_golden_mismatch_names_the_sample_and_the_size(
    bundle: Bundle, change: Callable[[NDArray[np.float64]], Any], said: str
) -> None:
    with pytest.raises(GoldenMismatch, match=said) as refused:
        replayed(bundle, change)
    assert refused.value.place == str(bundle.path)


def test_a_difference_within_the_tolerance_is_reported(bundle: Bundle) -> None:
    assert replayed(bundle, third(9e-6)) == pytest.approx(9e-6)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda recorded: recorded[:-1], id="an answer too few"),
        pytest.param(lambda recorded: recorded[:1], id="one answer for all"),
        pytest.param(lambda recorded: recorded.reshape(-1, 1), id="a column of answers"),
    ],
)
def test_answers_of_another_shape_are_refused(
    bundle: Bundle, change: Callable[[NDArray[np.float64]], Any]
) -> None:
    with pytest.raises(ModelUnloadable, match="one number a row"):
        replayed(bundle, change)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_model_that_answers_otherwise_is_not_loaded(
    recipe: Recipe, store: Path, runtime: Runtime
) -> None:
    samples = [json.loads(line) for line in recipe.files[SAMPLES].splitlines()]
    samples[1]["prediction"] += 0.5
    changed = samples_file(Sample(**sample) for sample in samples)
    bundle = recipe.with_files({SAMPLES: changed}).write(store)
    with pytest.raises(GoldenMismatch, match=r"sample 2 is off by 0\.5"):
        load_model(bundle, runtime=runtime)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "no golden samples", id="no sample"),
        pytest.param(b"{}\n", "no golden samples", id="a sample of nothing"),
        pytest.param(b'{"instance":{},"prediction":NaN}', "no golden samples", id="NaN recorded"),
        pytest.param(b"\xff\n", "no golden samples", id="bytes that are not UTF-8"),
        pytest.param(b'{"instance":{"line":"west"},"prediction":0.5}', r"instances?|\[0\]\.",
                     id="a sample that breaks the contract"),
    ],
)  # fmt: skip
def test_samples_that_cannot_be_replayed_are_refused(
    recipe: Recipe, store: Path, content: bytes, said: str
) -> None:
    with pytest.raises(BundleUnreadable, match=said):
        load_model(recipe.with_files({SAMPLES: content}).write(store))


@pytest.mark.parametrize("runtime, name", [("onnx", MODEL_ONNX), ("skops", MODEL_SKOPS)])
def test_a_runtime_without_its_file_is_refused(
    recipe: Recipe, store: Path, runtime: Runtime, name: str
) -> None:
    with pytest.raises(BundleTampered, match=f"it has no {name}"):
        load_model(recipe.without(name).write(store), runtime=runtime)
