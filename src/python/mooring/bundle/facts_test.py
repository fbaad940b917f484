"""Why a bundle is not served by ONNX, as its own metrics.json tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mooring.bundle.errors import BundleUnreadable
from mooring.bundle.facts import runtime_reason
from mooring.bundle.manifest import METRICS
from mooring.bundle.testing.recipe import Recipe

WHY = "skl2onnx cannot convert step kernel, Nystroem (MissingShapeCalculator)"


def told(parity: object) -> bytes:
    return json.dumps({"holdout": {"rows": 3}, "parity": parity}).encode()


@pytest.mark.parametrize(
    ("runtime", "metrics", "reason"),
    [
        pytest.param("skops", told({"rows": 3, "reason": WHY}), WHY, id="what training recorded"),
        pytest.param("skops", told({"rows": 3}), "not recorded", id="an older bundle has none"),
        pytest.param("onnx", told({"reason": ""}), "", id="one that ONNX serves has none"),
    ],
)
def test_the_reason_is(
    recipe: Recipe, store: Path, runtime: str, metrics: bytes, reason: str
) -> None:
    bundle = recipe.with_files({METRICS: metrics}).with_facts(runtime=runtime).write(store)
    assert runtime_reason(bundle) == reason


def test_a_bundle_without_metrics_has_none_recorded(recipe: Recipe, store: Path) -> None:
    assert runtime_reason(recipe.with_facts(runtime="skops").write(store)) == "not recorded"


@pytest.mark.parametrize("metrics", [b"{", told([]), told({"reason": 3})])
def test_metrics_that_training_does_not_write_are_unreadable(
    recipe: Recipe, store: Path, metrics: bytes
) -> None:
    bundle = recipe.with_files({METRICS: metrics}).with_facts(runtime="skops").write(store)
    with pytest.raises(BundleUnreadable, match="not what training writes"):
        runtime_reason(bundle)
