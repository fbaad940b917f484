"""Bundles in a real S3 API: what is torn is invisible, and what is wrong is refused."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
import s3fs

from mooring.bundle.errors import (
    BundleError,
    BundleTampered,
    BundleTooLarge,
)
from mooring.bundle.manifest import CARD, MANIFEST, MODEL_ONNX, MODEL_SKOPS, PROVENANCE, SIGNATURE
from mooring.bundle.objects import Objects, Patience
from mooring.bundle.open import CAPS, Bundle, Caps
from mooring.bundle.remote_store import RemoteStore
from mooring.bundle.testing.faults import answering
from mooring.bundle.testing.s3 import CREDENTIALS, environment

# Forked before any client of this process exists: each has a loop and connections of its own.
processes = multiprocessing.get_context("fork")

KILLS = 12
IMPATIENT = Patience(connect_seconds=0.5, read_seconds=0.5, attempts=2)


def store_in(url: str, cache: Path, caps: Caps = CAPS) -> RemoteStore:
    return RemoteStore(Objects(f"{url}/models"), cache, caps)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def shared(bucket: str, cache: Path) -> RemoteStore:
    return store_in(bucket, cache)


@pytest.fixture
def raw(bucket: str) -> s3fs.S3FileSystem:
    """What anybody with the bucket's keys can do."""
    return s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)


def key(bundle: Bundle, name: str) -> str:
    return f"bundles/models/{bundle.id[:16]}/{name}"


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        pytest.param(MODEL_ONNX, b"other", BundleTampered, id="a model of another size"),
        pytest.param(CARD, b"# ferry_relay\n", BundleTampered, id="a card of the same size"),
        pytest.param(MODEL_SKOPS, bytes(1 << 20), BundleTooLarge, id="a file that grew"),
        pytest.param(MODEL_ONNX, None, BundleTampered, id="a missing file"),
        pytest.param(MANIFEST, b"{}", BundleError, id="another manifest"),
        pytest.param(MANIFEST, b" " * (2 << 20), BundleTooLarge, id="a manifest of two megabytes"),
        pytest.param(PROVENANCE, b" " * (2 << 20), BundleTooLarge, id="a provenance of two"),
        pytest.param(SIGNATURE, b" " * (2 << 20), BundleTooLarge, id="a signature of two"),
    ],
)
def test_a_tampered_object_is_refused_and_never_enters_the_cache(
    shared: RemoteStore, raw: s3fs.S3FileSystem, bundle: Bundle, cache: Path,
    name: str, content: bytes | None, error: type[BundleError],
) -> None:  # fmt: skip
    shared.put(bundle)
    raw.rm_file(key(bundle, name)) if content is None else raw.pipe_file(key(bundle, name), content)
    with pytest.raises(error) as refused:
        shared.fetch(bundle.id)
    assert refused.value.place == f"s3://{key(bundle, name)}"
    assert list(cache.iterdir()) == []


def test_objects_that_no_manifest_lists_are_not_downloaded(
    shared: RemoteStore, raw: s3fs.S3FileSystem, bundle: Bundle
) -> None:
    shared.put(bundle)
    raw.pipe_file(key(bundle, "more.txt"), b"more")
    assert shared.fetch(bundle.id).files == bundle.files
    assert not (shared.fetch(bundle.id).path / "more.txt").exists()


def test_a_bundle_over_the_caps_is_refused_before_its_files_are_downloaded(
    shared: RemoteStore, raw: s3fs.S3FileSystem, bundle: Bundle, bucket: str, cache: Path
) -> None:
    shared.put(bundle)
    # Were a file asked for, its being gone would be the error.
    raw.rm_file(key(bundle, MODEL_ONNX))
    with pytest.raises(BundleTooLarge, match="more than 64 files or 100 bytes"):
        store_in(bucket, cache, Caps(bundle_bytes=100)).fetch(bundle.id)


def test_a_size_that_is_not_announced_does_not_get_around_the_cap(tmp_path: Path) -> None:
    endless = answering(200, chunks=64)
    with endless as endpoint, environment({**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}):
        objects = Objects("s3://bucket")
        with pytest.raises(BundleTooLarge, match="larger than 1000000 bytes"):
            objects.read("endless", 1_000_000, tmp_path / "file")
    # It stopped near the cap: of 64 MiB it took what was in flight.
    assert (tmp_path / "file").stat().st_size < 4_000_000


def test_without_its_manifest_a_bundle_is_torn_and_the_next_put_completes_it(
    shared: RemoteStore, raw: s3fs.S3FileSystem, bundle: Bundle
) -> None:
    shared.put(bundle)
    raw.rm_file(key(bundle, MANIFEST))
    raw.pipe_file(key(bundle, CARD), b"half")
    assert not shared.has(bundle.id)
    (entry,) = shared.stored()
    assert (entry.torn, entry.manifest) == (True, None)
    shared.put(bundle)
    assert shared.fetch(bundle.id).files == bundle.files
    assert [entry.torn for entry in shared.stored()] == [False]


def test_a_spoilt_bundle_is_not_mended_by_putting_it_again(
    shared: RemoteStore, raw: s3fs.S3FileSystem, bundle: Bundle
) -> None:
    shared.put(bundle)
    raw.rm_file(key(bundle, CARD))
    with pytest.raises(BundleTampered, match="missing or of another size"):
        shared.put(bundle)
    raw.pipe_file(key(bundle, MANIFEST), b"{}")
    with pytest.raises(BundleTampered, match="another manifest"):
        shared.put(bundle)


def test_the_manifest_is_removed_first(
    shared: RemoteStore, bundle: Bundle, raw: s3fs.S3FileSystem
) -> None:
    """A collector that dies in the middle leaves no bundle, only the rest of one."""
    shared.put(bundle)
    removed = Recording(raw)
    recorded = Objects("s3://bundles/models")
    recorded._files = removed
    (entry,) = shared.stored()
    assert RemoteStore(recorded, Path("unused")).delete(entry)
    assert removed.order[0] == key(bundle, MANIFEST)
    assert len(removed.order) == len(bundle.files) + 2


class Recording:
    """A file system that remembers in which order it was told to remove."""

    def __init__(self, files: s3fs.S3FileSystem) -> None:
        self._files = files
        self.order: list[str] = []

    def find(self, path: str, *, detail: bool) -> object:
        return self._files.find(path, detail=detail)

    def rm_file(self, path: str) -> None:
        self.order.append(path)
        self._files.rm_file(path)
