"""A skops file is never a pickle, and makes only types that its list names."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import skops.io

from mooring.bundle.errors import ModelUnloadable, UntrustedTypes
from mooring.bundle.load import load_model
from mooring.bundle.manifest import MODEL_SKOPS, TRUSTED_TYPES
from mooring.bundle.testing.recipe import Recipe


class Trap:
    """Unpickling an instance creates a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._path),)


def test_a_pickle_named_model_skops_is_refused_without_being_run(
    recipe: Recipe, store: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    poisoned = recipe.with_files({MODEL_SKOPS: pickle.dumps(Trap(trap))}).write(store)
    with pytest.raises(ModelUnloadable, match=r"model\.skops: skops cannot read the file"):
        load_model(poisoned, runtime="skops")
    assert not trap.exists()
    pickle.loads(poisoned.files[MODEL_SKOPS])
    assert trap.exists(), "the trap is a real one"


def test_a_type_that_is_not_on_the_list_is_refused_without_being_made(
    recipe: Recipe, store: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    poisoned = recipe.with_files({MODEL_SKOPS: skops.io.dumps(Trap(trap))}).write(store)
    with pytest.raises(UntrustedTypes):
        load_model(poisoned, runtime="skops")
    assert not trap.exists()


def test_the_types_that_training_needed_are_needed_on_the_list(recipe: Recipe, store: Path) -> None:
    assert json.loads(recipe.files[TRUSTED_TYPES]), "the model needs some"
    with pytest.raises(UntrustedTypes, match=r"type\(s\) are not on the trusted list"):
        load_model(recipe.with_files({TRUSTED_TYPES: b"[]"}).write(store), runtime="skops")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param(MODEL_SKOPS, b"", "cannot read", id="an empty file"),
        pytest.param(MODEL_SKOPS, b"PK\x05\x06" + bytes(18), "cannot read", id="an empty zip"),
        pytest.param(MODEL_SKOPS, skops.io.dumps([1, 2]), "cannot answer", id="a list of numbers"),
        pytest.param(TRUSTED_TYPES, b"{", "JSON list", id="a trusted list that is no JSON"),
        pytest.param(TRUSTED_TYPES, b'{"a":1}', "JSON list", id="a trusted list that is an object"),
    ],
)
def test_a_file_that_is_no_model_is_refused(
    recipe: Recipe, store: Path, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(ModelUnloadable, match=said):
        load_model(recipe.with_files({name: content}).write(store), runtime="skops")
