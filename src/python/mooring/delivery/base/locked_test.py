from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mooring.delivery.base.errors import BaseLockUnreadable, BaseMissing, BaseTampered
from mooring.delivery.base.lock import BaseLock, Package, PlatformLock, read_lock
from mooring.delivery.base.locked import archive_in, base_cache, locked_base
from mooring.delivery.base.testing.archives import contents_of, write_base, write_tar

DIGEST = f"sha256:{'0' * 64}"
LOCK = BaseLock(
    digest=DIGEST,
    size=1,
    source={"kind": "debian", "suite": "bookworm"},
    platforms={
        "linux/amd64": PlatformLock(DIGEST, (Package("libc6", "2.36-9", "amd64", "0" * 64),)),
        "linux/arm64": PlatformLock(DIGEST, (Package("libc6", "2.36-9", "arm64"),)),
    },
)


@pytest.fixture
def locked(tmp_path: Path) -> tuple[str, Path]:
    """The text of a lock, and the archive it locks, in a cache."""
    lock = write_base(tmp_path / "base", content=b"a file" * 1000)
    path = (tmp_path / "base").rename(archive_in(tmp_path, lock.digest))
    return lock.to_json().decode(), path


def test_a_lock_is_read_as_it_was_written() -> None:
    assert read_lock(LOCK.to_json()) == LOCK


def edited(old: str, new: str) -> str:
    text = LOCK.to_json().decode()
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty file"),
        pytest.param("[]", id="another document"),
        pytest.param('{"format": 1}', id="a lock that says nothing"),
        pytest.param(edited("sha256:", "md5:"), id="a digest of another kind"),
        pytest.param(edited('"version"', '"release"'), id="a package of other keys"),
        pytest.param(edited('"format": 1', '"format": 2'), id="a later format"),
    ],
)
def test_no_other_text_is_a_lock(text: str) -> None:
    with pytest.raises(BaseLockUnreadable, match=r"images base --relock"):
        read_lock(text)


def test_the_locked_base_is_found_by_its_digest(locked: tuple[str, Path]) -> None:
    text, path = locked

    assert locked_base(text, path.parent) == path


def test_without_it_the_error_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(BaseMissing, match=r"run \./mooring images base"):
        locked_base(LOCK.to_json().decode(), tmp_path)


def test_every_missing_blob_is_noticed(locked: tuple[str, Path]) -> None:
    text, path = locked
    whole = contents_of(path)
    for gone in (name for name in whole if name.startswith("blobs/")):
        write_tar(path, {name: content for name, content in whole.items() if name != gone})

        with pytest.raises(BaseTampered, match=f"it has no file {gone}"):
            locked_base(text, path.parent)


def test_every_changed_blob_is_noticed(locked: tuple[str, Path]) -> None:
    text, path = locked
    whole = contents_of(path)
    for name in (name for name in whole if name.startswith("blobs/")):
        write_tar(path, {**whole, name: whole[name][:-1] + b"?"})

        with pytest.raises(BaseTampered, match=r"other bytes|altered"):
            locked_base(text, path.parent)


def test_an_archive_cut_short_is_noticed_wherever_it_ends(locked: tuple[str, Path]) -> None:
    text, path = locked
    whole = path.read_bytes()
    for cut in range(0, len(whole.rstrip(b"\0")), 512):
        path.write_bytes(whole[:cut])

        with pytest.raises(BaseTampered, match="images base"):
            locked_base(text, path.parent)


@pytest.mark.parametrize(
    "index",
    [
        pytest.param("{}", id="no image"),
        pytest.param("[1]", id="no object"),
        pytest.param('{"manifests": [5]}', id="an image that is a number"),
        pytest.param("{", id="no JSON"),
    ],
)
def test_an_index_that_names_no_image_is_noticed(locked: tuple[str, Path], index: str) -> None:
    text, path = locked
    write_tar(path, {**contents_of(path), "index.json": index.encode()})

    with pytest.raises(BaseTampered, match="images base"):
        locked_base(text, path.parent)


def test_another_base_under_the_locked_name_is_noticed(locked: tuple[str, Path]) -> None:
    text, path = locked
    write_base(path, content=b"another file")

    with pytest.raises(BaseTampered, match=f"not {json.loads(text)['digest']}"):
        locked_base(text, path.parent)


def test_a_base_without_a_locked_platform_is_noticed(locked: tuple[str, Path]) -> None:
    text, path = locked
    lock = read_lock(text)
    more = replace(lock, platforms={**lock.platforms, "linux/s390x": PlatformLock(DIGEST, ())})

    with pytest.raises(BaseTampered, match="its index does not name"):
        locked_base(more.to_json().decode(), path.parent)


def test_the_cache_is_where_the_environment_says() -> None:
    assert base_cache({"MOORING_CACHE": "/var/cache/m"}) == Path("/var/cache/m/base")
    assert base_cache({}) == Path.home() / ".cache" / "mooring" / "base"
