"""Opening: whatever is not exactly the bundle of that id is refused, each with its own error."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mooring.bundle.errors import (
    BundleError,
    BundleMissing,
    BundleTampered,
    BundleTooLarge,
    BundleUnreadable,
)
from mooring.bundle.manifest import CONTRACT, MANIFEST, MODEL_ONNX, MODEL_SKOPS, PROVENANCE, SAMPLES
from mooring.bundle.open import Bundle, Caps, open_bundle
from mooring.bundle.testing.recipe import Recipe
from mooring.contract.canonical import sha256

Damage = Callable[[Path], object]

COVERED = (CONTRACT, MODEL_ONNX, MODEL_SKOPS, "trusted_types.json", SAMPLES, "card.md")


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1
    path.write_bytes(content)


def swap(path: Path, other: Path) -> None:
    aside = path.rename(path.with_name("aside"))
    other.rename(path)
    aside.rename(other)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link(path: Path) -> None:
    """Replace a file by a symbolic link to the very same content elsewhere."""
    path.symlink_to(path.rename(path.parent.parent / path.name))


def test_an_intact_bundle_is_opened_with_all_its_files(bundle: Bundle) -> None:
    opened = open_bundle(bundle.path, expect=bundle.id)
    assert opened == bundle
    assert set(opened.files) == set(COVERED)
    assert opened.bytes == sum(map(len, opened.files.values()))
    assert opened.contract.name == "ferry_delay"


@pytest.mark.parametrize("name", COVERED)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: flip(path, 0), id="its first bit flipped"),
        pytest.param(lambda path: flip(path, -1), id="its last bit flipped"),
        pytest.param(lambda path: os.truncate(path, path.stat().st_size - 1), id="truncated"),
        pytest.param(lambda path: os.truncate(path, 0), id="emptied"),
        pytest.param(lambda path: path.open("ab").write(b"\0"), id="appended to"),
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(link, id="a symbolic link to the same content"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="a folder"),
        pytest.param(pipe, id="a pipe"),
    ],
)
def test_a_file_that_is_not_what_the_manifest_says_is_refused(
    bundle: Bundle, name: str, damage: Damage
) -> None:
    damage(bundle.path / name)
    with pytest.raises((BundleTampered, BundleTooLarge)) as refused:
        open_bundle(bundle.path, expect=bundle.id)
    assert refused.value.place == str(bundle.path / name)
    assert "Restore the bundle" in refused.value.cure


@pytest.mark.parametrize(
    ("damage", "error", "said"),
    [
        pytest.param(lambda path: swap(path / MODEL_ONNX, path / MODEL_SKOPS), BundleError,
                     "model", id="two files swapped"),
        pytest.param(lambda path: (path / MODEL_ONNX).rename(path / "other.onnx"), BundleTampered,
                     "not in the manifest", id="a file renamed"),
        pytest.param(lambda path: (path / "more.txt").touch(), BundleTampered,
                     "not in the manifest", id="a file more"),
        pytest.param(lambda path: (path / ".hidden").touch(), BundleTampered,
                     "not in the manifest", id="a hidden file more"),
        pytest.param(lambda path: (path / MANIFEST).unlink(), BundleTampered,
                     "missing", id="no manifest"),
        pytest.param(lambda path: link(path / MANIFEST), BundleTampered,
                     "plain file", id="a manifest that is a symbolic link"),
        pytest.param(lambda path: os.truncate(path / MANIFEST, 40), BundleUnreadable,
                     "Invalid JSON", id="a truncated manifest"),
        pytest.param(lambda path: (path / MANIFEST).write_bytes(b"[" * 9_999), BundleUnreadable,
                     "Invalid JSON", id="a manifest nested without end"),
        pytest.param(lambda path: (path / MANIFEST).open("ab").write(b"\n"), BundleTampered,
                     "canonical", id="a manifest with a blank more"),
    ],
)  # fmt: skip
def test_a_folder_that_is_not_the_bundle_is_refused(
    bundle: Bundle, damage: Damage, error: type[BundleError], said: str
) -> None:
    damage(bundle.path)
    with pytest.raises(error, match=said):
        open_bundle(bundle.path, expect=bundle.id)


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param({"indent": 1}, id="with blanks"),
        pytest.param({"separators": (",", ":"), "sort_keys": False}, id="in another order"),
    ],
)
def test_a_manifest_of_the_same_meaning_in_another_spelling_is_refused(
    bundle: Bundle, spelling: dict[str, object]
) -> None:
    document = json.loads((bundle.path / MANIFEST).read_bytes())
    turned = dict(reversed(document.items()))
    (bundle.path / MANIFEST).write_text(json.dumps(turned, **spelling))  # type: ignore[arg-type]
    with pytest.raises(BundleTampered, match="canonical"):
        open_bundle(bundle.path)


def test_a_sound_manifest_of_another_bundle_is_refused(
    bundle: Bundle, recipe: Recipe, store: Path
) -> None:
    other = recipe.with_facts(seed=8).write(store)
    (bundle.path / MANIFEST).write_bytes(other.manifest.to_json())
    with pytest.raises(BundleTampered, match="its id is"):
        open_bundle(bundle.path, expect=bundle.id)
    with pytest.raises(BundleTampered, match="not named after"):
        open_bundle(bundle.path)
    with pytest.raises(BundleTampered, match="its id is"):
        open_bundle(other.path, expect=bundle.id)


def test_a_renamed_folder_is_refused_unless_its_id_is_known(bundle: Bundle) -> None:
    moved = bundle.path.rename(bundle.path.with_name("champion"))
    with pytest.raises(BundleTampered, match="not named after"):
        open_bundle(moved)
    assert open_bundle(moved, expect=bundle.id).id == bundle.id


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.rename(path.with_name("gone")), id="a folder that is gone"),
        pytest.param(link, id="a symbolic link to the folder"),
        pytest.param(lambda path: (path.rename(path.with_name("x")), path.touch()), id="a file"),
    ],
)
def test_what_is_no_folder_is_missing(bundle: Bundle, damage: Damage) -> None:
    damage(bundle.path)
    with pytest.raises(BundleMissing, match="no bundle here"):
        open_bundle(bundle.path, expect=bundle.id)


@pytest.mark.parametrize(
    ("caps", "place"),
    [
        pytest.param(Caps(manifest_bytes=100), MANIFEST, id="a manifest too large"),
        pytest.param(Caps(bundle_bytes=100), MANIFEST, id="a bundle too large"),
        pytest.param(Caps(files=5), MANIFEST, id="too many files"),
    ],
)
def test_what_is_over_a_cap_is_refused_before_it_is_read(
    bundle: Bundle, caps: Caps, place: str
) -> None:
    # Were a file read, its being gone would be the error.
    (bundle.path / MODEL_ONNX).unlink()
    with pytest.raises(BundleTooLarge) as refused:
        open_bundle(bundle.path, expect=bundle.id, caps=caps)
    assert refused.value.place == str(bundle.path / place)


def test_a_file_is_never_read_beyond_the_size_in_the_manifest(bundle: Bundle) -> None:
    path = bundle.path / MODEL_ONNX
    os.truncate(path, 1 << 40)  # sparse: a terabyte that takes no disk, but would take all memory
    with pytest.raises(BundleTooLarge, match=r"model\.onnx: it is larger than"):
        open_bundle(bundle.path, expect=bundle.id)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        pytest.param({"format": 2}, BundleUnreadable, "format: ", id="a newer format"),
        pytest.param({"surprise": 1}, BundleUnreadable, "surprise: ", id="an unknown key"),
        pytest.param({"files": {"../x.onnx": {"sha256": "0" * 64, "bytes": 1}}}, BundleUnreadable,
                     r"files\.\.\./x\.onnx", id="a file outside the folder"),
        pytest.param({"files": {}}, BundleTampered, "lists no contract", id="no files at all"),
        pytest.param({"tolerance": "1e9"}, BundleUnreadable, "tolerance: ", id="any tolerance"),
        pytest.param({"tolerance": "nan"}, BundleUnreadable, "tolerance: ", id="NaN as tolerance"),
    ],
)  # fmt: skip
def test_a_manifest_that_says_what_it_may_not_is_refused(
    recipe: Recipe, tmp_path: Path, change: dict[str, object],
    error: type[BundleError], said: str,
) -> None:  # fmt: skip
    document = json.loads(recipe.manifest.to_json()) | change
    content = json.dumps(document, sort_keys=True, separators=(",", ":"))
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(error, match=said):
        open_bundle(tmp_path, expect=sha256(content.encode()))


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        pytest.param(lambda recipe: recipe.with_files({CONTRACT: b"{}"}), BundleUnreadable,
                     r"contract\.json", id="a contract that is none"),
        pytest.param(lambda recipe: recipe.without(CONTRACT), BundleTampered,
                     r"no contract\.json", id="no contract"),
        pytest.param(lambda recipe: recipe.with_facts(model="other"), BundleTampered,
                     "another model", id="the contract of another model"),
        pytest.param(lambda recipe: recipe.with_facts(contract="1.1"), BundleTampered,
                     "or version", id="another version of the contract"),
    ],
)  # fmt: skip
def test_a_bundle_with_the_wrong_contract_is_refused(
    recipe: Recipe, store: Path, change: Callable[[Recipe], Recipe],
    error: type[BundleError], said: str,
) -> None:  # fmt: skip
    with pytest.raises(error, match=said):
        change(recipe).write(store)


def test_what_is_beside_the_id_may_change(bundle: Bundle) -> None:
    (bundle.path / PROVENANCE).write_bytes(b"{}")
    (bundle.path / "model.sig").write_bytes(b"signature")
    assert open_bundle(bundle.path).id == bundle.id


def test_what_was_verified_is_what_is_used(bundle: Bundle) -> None:
    before = bundle.files[MODEL_ONNX]
    (bundle.path / MODEL_ONNX).write_bytes(b"swapped after opening")
    assert bundle.files[MODEL_ONNX] == before
