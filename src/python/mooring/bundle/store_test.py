"""What every store promises: a folder, memory, and a real S3 API keep bundles alike."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import fsspec
import pytest

from mooring.bundle.errors import (
    BundleError,
    BundleMissing,
    BundleTampered,
    CacheUnwritable,
    StoreUnknown,
)
from mooring.bundle.manifest import CARD, MANIFEST, MODEL_ONNX, PROVENANCE, SIGNATURE
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.signature import is_signed, sign_bundle
from mooring.bundle.store import BundleStore, resolve, store_at
from mooring.bundle.testing.keys import KeyPair, key_pair
from mooring.bundle.testing.recipe import Recipe


@pytest.fixture(params=["folder", "file", "memory", "s3"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        return f"{request.getfixturevalue('bucket')}/team/models"
    if request.param == "memory":
        fsspec.filesystem("memory").store.clear()
        return "memory://team/models"
    return f"{'file://' if request.param == 'file' else ''}{tmp_path}/shared"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def shared(location: str, cache: Path) -> BundleStore:
    return store_at(location, cache)


@pytest.fixture
def keys(tmp_path: Path) -> KeyPair:
    return key_pair(tmp_path)


def test_a_bundle_comes_back_whole_with_provenance_and_signature(
    bundle: Bundle, shared: BundleStore, keys: KeyPair
) -> None:
    sign_bundle(bundle, keys.private)
    assert not shared.has(bundle.id)
    where = shared.put(bundle)
    assert where == shared.location(bundle.id)
    assert shared.has(bundle.id)
    fetched = shared.fetch(bundle.id)
    assert (fetched.id, fetched.files) == (bundle.id, bundle.files)
    for name in (PROVENANCE, SIGNATURE):
        assert (fetched.path / name).read_bytes() == (bundle.path / name).read_bytes()


def test_putting_twice_changes_no_content(bundle: Bundle, shared: BundleStore) -> None:
    assert shared.put(bundle) == shared.put(bundle)
    (entry,) = shared.stored()
    assert (entry.name, entry.manifest, entry.torn) == (bundle.id[:16], bundle.manifest, False)
    assert shared.fetch(bundle.id).files == bundle.files


def test_a_signature_that_came_later_travels_too(
    bundle: Bundle, shared: BundleStore, keys: KeyPair
) -> None:
    shared.put(bundle)
    sign_bundle(bundle, keys.private)
    shared.put(bundle)
    assert is_signed(shared.fetch(bundle.id))


def test_sixteen_digits_of_the_id_are_enough(bundle: Bundle, shared: BundleStore) -> None:
    shared.put(bundle)
    assert shared.fetch(bundle.id[:16]).id == bundle.id


def test_a_bundle_that_is_not_there_is_missing(bundle: Bundle, shared: BundleStore) -> None:
    shared.put(bundle)
    with pytest.raises(BundleMissing, match="there is no bundle ffffffffffffffff here") as refused:
        shared.fetch("f" * 64)
    assert "the id" in refused.value.cure


def test_of_two_ids_that_begin_alike_the_right_one_is_asked_for(
    bundle: Bundle, shared: BundleStore
) -> None:
    shared.put(bundle)
    with pytest.raises(BundleTampered, match="its id is"):
        shared.fetch(bundle.id[:16] + "f" * 48)


def test_what_is_deleted_is_gone_and_its_neighbour_stays(
    recipe: Recipe, bundle: Bundle, shared: BundleStore, store: Path
) -> None:
    other = recipe.with_facts(seed=8).write(store)
    shared.put(bundle)
    shared.put(other)
    (gone,) = [entry for entry in shared.stored() if entry.name == bundle.id[:16]]
    assert shared.delete(gone)
    assert not shared.has(bundle.id)
    assert [entry.name for entry in shared.stored()] == [other.id[:16]]
    assert shared.delete(gone), "somebody else removed it: that is what was wanted"


def test_what_was_touched_meanwhile_is_not_deleted(bundle: Bundle, shared: BundleStore) -> None:
    shared.put(bundle)
    (entry,) = shared.stored()
    assert not shared.delete(replace(entry, touched=entry.touched - 60))
    assert shared.has(bundle.id)


def test_resolve_fetches_what_a_release_names(
    bundle: Bundle, shared: BundleStore, cache: Path, tmp_path: Path
) -> None:
    where = shared.put(bundle)
    path = resolve(where, beside=tmp_path, cache=cache, expect=bundle.id)
    assert open_bundle(path, expect=bundle.id).files == bundle.files


def test_resolve_finds_folders_beside_the_release_without_asking_anybody(
    bundle: Bundle, cache: Path
) -> None:
    def resolved(location: str) -> Path:
        beside = bundle.path.parent.parent
        return resolve(location, beside=beside, cache=cache, expect=bundle.id)

    assert resolved(f"bundles/{bundle.path.name}") == bundle.path
    assert resolved(str(bundle.path)) == bundle.path
    assert resolved("bundles/gone").name == "gone", "to open it is to be refused"


def test_a_release_that_names_another_bundles_url_is_refused(cache: Path) -> None:
    with pytest.raises(BundleMissing, match="the location does not end in ffffffffffffffff"):
        resolve("memory://team/0123456789abcdef", beside=cache, cache=cache, expect="f" * 64)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        pytest.param("s3://KEY:SECRET@bucket/x", "no credentials", id="credentials in the URL"),
        pytest.param("s3://bucket/x?key=SECRET", "no credentials or options", id="options"),
        pytest.param("s3://", "names no bucket", id="no bucket"),
        pytest.param("file://host/x", "names no host", id="a file on another host"),
        pytest.param("s3://[SECRET/x", "not a URL", id="no URL at all"),
        pytest.param("ftp://host/x", "ftp:// is no kind of store", id="another scheme"),
        pytest.param("https://host/x", "https:// is no kind of store", id="a web page"),
        pytest.param("gs://bucket/x", "gs:// is not installed", id="a library that is not here"),
    ],
)
def test_what_is_no_store_is_refused_without_repeating_secrets(
    cache: Path, location: str, said: str
) -> None:
    with pytest.raises(StoreUnknown, match=said) as refused:
        store_at(location, cache)
    assert "SECRET" not in str(refused.value)
    assert "s3://" in refused.value.cure


def test_a_process_whose_bundles_lie_in_folders_imports_no_store_library(bundle: Bundle) -> None:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from mooring.bundle.store import open_resolved\n"
        f"where = {str(bundle.path)!r}\n"
        f"open_resolved(where, beside=Path(), cache=Path('none'), expect={bundle.id!r})\n"
        "print({'fsspec', 's3fs', 'botocore'} & set(sys.modules))"
    )
    said = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert said.strip() == "set()"


@pytest.fixture
def url(bundle: Bundle, cache: Path) -> str:
    """A store behind a URL that holds the bundle."""
    fsspec.filesystem("memory").store.clear()
    store_at("memory://team/models", cache).put(bundle)
    return "memory://team/models"


def test_a_cached_bundle_needs_no_store(url: str, bundle: Bundle, cache: Path) -> None:
    first = store_at(url, cache).fetch(bundle.id)
    fsspec.filesystem("memory").store.clear()
    assert store_at(url, cache).fetch(bundle.id) == first


def test_a_spoilt_cached_bundle_is_fetched_again(url: str, bundle: Bundle, cache: Path) -> None:
    path = store_at(url, cache).fetch(bundle.id).path
    (path / CARD).write_bytes(b"spoilt")
    assert store_at(url, cache).fetch(bundle.id).files == bundle.files


def test_a_cache_that_cannot_be_written_is_said(url: str, bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "blocked").touch()
    with pytest.raises(CacheUnwritable, match=r"cannot be kept here .* Set MOORING_HOME"):
        store_at(url, tmp_path / "blocked" / "cache").fetch(bundle.id)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(MODEL_ONNX, id="the model"),
        pytest.param(MANIFEST, id="the manifest"),
        pytest.param(CARD, id="a file that nobody loads"),
    ],
)
def test_nothing_wrong_ever_enters_the_cache(
    url: str, bundle: Bundle, cache: Path, name: str
) -> None:
    memory = fsspec.filesystem("memory")
    path = f"/team/models/{bundle.id[:16]}/{name}"
    content = bytearray(memory.cat_file(path))
    content[len(content) // 2] ^= 1
    memory.pipe_file(path, bytes(content))
    with pytest.raises(BundleError) as refused:
        store_at(url, cache).fetch(bundle.id)
    assert refused.value.place == f"{url}/{bundle.id[:16]}/{name}"
    assert list(cache.iterdir()) == []
