"""The manifest has one spelling, hence one id."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mooring.bundle.errors import BundleUnreadable
from mooring.bundle.manifest import Manifest
from mooring.bundle.testing.recipe import Recipe

READ = """
import sys
from mooring.bundle.manifest import Manifest
print(Manifest.from_json(sys.stdin.buffer.read(), place="stdin").id)
"""


def test_json_and_manifest_are_inverse_to_each_other(recipe: Recipe) -> None:
    written = recipe.manifest.to_json()
    read = Manifest.from_json(written, place="here")
    assert (read, read.to_json(), read.id) == (recipe.manifest, written, recipe.manifest.id)


def test_the_order_of_files_does_not_change_the_id(recipe: Recipe) -> None:
    turned = Recipe(dict(reversed(list(recipe.files.items()))), recipe.facts)
    assert turned.manifest.id == recipe.manifest.id


def test_an_error_names_the_place_and_the_field() -> None:
    with pytest.raises(BundleUnreadable, match=r"^somewhere: model: Field required"):
        Manifest.from_json(b'{"format":1}', place="somewhere")


@pytest.mark.parametrize(
    "surroundings",
    [
        pytest.param({"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}, id="in Tokyo"),
        pytest.param({"PYTHONHASHSEED": "2", "LC_ALL": "C"}, id="in no language"),
    ],
)
def test_the_id_is_the_same_everywhere(
    recipe: Recipe, tmp_path: Path, surroundings: dict[str, str]
) -> None:
    reader = subprocess.run(
        [sys.executable, "-c", READ],
        input=recipe.manifest.to_json(),
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
             **surroundings},
    )  # fmt: skip
    assert reader.stdout.decode().strip() == recipe.manifest.id
