from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mooring.bundle.champion import read_champion
from mooring.bundle.errors import (
    BundleError,
    BundleMissing,
    BundleTampered,
    BundleUnreadable,
    ReleaseError,
)
from mooring.bundle.manifest import MANIFEST, MODEL_ONNX, PROVENANCE, SIGNATURE
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.release import Release, read_release, write_release
from mooring.bundle.testing.recipe import Recipe
from mooring.delivery.bundles.errors import NoChampion, PlaceTaken, ReleaseDiffers
from mooring.delivery.bundles.ship import ship_champion
from mooring.delivery.bundles.testing.released import release_bundle

MODEL = "ferry_delay"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "out" / "champion"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_a_champion_beside_its_release_is_shipped_whole(
    bundle: Bundle, folder: Path, into: Path, cache: Path
) -> None:
    said = ship_champion(release_bundle(folder, bundle), into, cache)
    shipped = read_champion(into)
    assert shipped is not None
    assert shipped.champion == said
    assert (said.model, said.version, said.bundle) == (MODEL, 3, bundle.id)
    assert open_bundle(shipped.path, expect=bundle.id).files == bundle.files
    assert not cache.exists(), "a folder wants no cache, and no network"


def test_what_ships_follows_from_the_champion_alone(
    bundle: Bundle, folder: Path, into: Path, cache: Path
) -> None:
    release = release_bundle(folder, bundle)
    ship_champion(release, into, cache)
    before = read_release(release, model=MODEL)
    assert before.release.champion is not None
    other = before.release.champion.model_copy(update={"version": 4, "reason": "a try"})
    changed = before.release.model_copy(update={"challenger": other, "last_version": 4})
    write_release(before, changed)
    (bundle.path / PROVENANCE).write_bytes(b'{"created_by":"somebody else"}')
    ship_champion(release, into.with_name("again"), cache)
    assert content_of(into) == content_of(into.with_name("again"))
    assert PROVENANCE not in {path.name for path in into.rglob("*")}


def test_a_signature_ships_too(bundle: Bundle, folder: Path, into: Path, cache: Path) -> None:
    (bundle.path / SIGNATURE).write_bytes(b"a signature")
    ship_champion(release_bundle(folder, bundle), into, cache)
    assert (into / bundle.id[:16] / SIGNATURE).read_bytes() == b"a signature"


def test_a_bundle_in_a_folder_elsewhere_is_found_by_its_absolute_path(
    recipe: Recipe, folder: Path, tmp_path: Path, into: Path, cache: Path
) -> None:
    elsewhere = recipe.write(tmp_path / "srv" / "bundles")
    ship_champion(release_bundle(folder, elsewhere, location=str(elsewhere.path)), into, cache)
    assert (into / elsewhere.id[:16] / MANIFEST).is_file()


@pytest.mark.parametrize("empty", [True, False], ids=["no release", "a release of nobody"])
def test_a_model_without_champion_is_told_how_to_get_one(
    folder: Path, into: Path, cache: Path, empty: bool
) -> None:
    release = folder / "release.json"
    if not empty:
        write_release(read_release(release, model=MODEL), Release(model=MODEL))
    with pytest.raises(NoChampion, match=rf"release\.json.*\./mooring promote {MODEL}`"):
        ship_champion(release, into, cache)
    assert not into.exists()


def remove(path: Path) -> None:
    path.unlink()


def spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"\0")


def link(path: Path) -> None:
    moved = path.rename(path.parent.parent / "moved")
    os.symlink(moved, path)


@pytest.mark.parametrize(
    ("change", "file", "error"),
    [
        pytest.param(spoil, MODEL_ONNX, BundleTampered, id="a byte of the model"),
        pytest.param(remove, MODEL_ONNX, BundleTampered, id="a file that is gone"),
        pytest.param(link, MODEL_ONNX, BundleTampered, id="a link in its place"),
        pytest.param(spoil, MANIFEST, BundleUnreadable, id="a byte of the manifest"),
        pytest.param(shutil.rmtree, "", BundleMissing, id="the whole bundle"),
    ],
)
def test_a_bundle_that_is_not_the_released_one_is_refused(
    bundle: Bundle,
    folder: Path,
    into: Path,
    cache: Path,
    change: object,
    file: str,
    error: type[BundleError],
) -> None:
    release = release_bundle(folder, bundle)
    assert callable(change)
    change(bundle.path / file)
    with pytest.raises(error):
        ship_champion(release, into, cache)
    assert list(into.parent.glob("*")) == []


def test_another_sound_bundle_under_the_name_of_the_champion_is_refused(
    recipe: Recipe, bundle: Bundle, folder: Path, into: Path, cache: Path
) -> None:
    other = recipe.with_facts(seed=8).write(bundle.path.parent)
    release = release_bundle(folder, bundle)
    shutil.rmtree(bundle.path)
    other.path.rename(bundle.path)
    with pytest.raises(BundleTampered, match=other.id[:16]):
        ship_champion(release, into, cache)


def test_a_release_of_another_size_is_refused(
    bundle: Bundle, folder: Path, into: Path, cache: Path
) -> None:
    with pytest.raises(ReleaseDiffers, match=f"has {bundle.bytes} bytes, the release says 12"):
        ship_champion(release_bundle(folder, bundle, bytes=12), into, cache)
    assert not into.exists()


def test_a_release_of_another_model_is_refused(
    bundle: Bundle, folder: Path, into: Path, cache: Path
) -> None:
    moved = release_bundle(folder, bundle).parent.rename(bundle.path.parents[2] / "other")
    with pytest.raises(ReleaseError, match=f"it is the release of {MODEL}"):
        ship_champion(moved / "release.json", into, cache)


def test_nothing_is_replaced(bundle: Bundle, folder: Path, into: Path, cache: Path) -> None:
    into.mkdir(parents=True)
    with pytest.raises(PlaceTaken):
        ship_champion(release_bundle(folder, bundle), into, cache)
    assert list(into.iterdir()) == []


def content_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
