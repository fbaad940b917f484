from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from mooring.delivery.base.errors import BaseLockUnreadable, BaseMissing, BaseTampered
from mooring.delivery.base.lock import BaseLock, Package, PlatformLock, read_lock
from mooring.delivery.base.locked import archive_in, base_cache, locked_base

LAYER = b"a layer" * 1000
CONFIG = b'{"architecture": "amd64", "os": "linux"}'


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def entry(content: bytes) -> dict[str, object]:
    return {"digest": digest_of(content), "size": len(content)}


MANIFEST = json.dumps({"config": entry(CONFIG), "layers": [entry(LAYER)]}).encode()
INDEX = json.dumps({"manifests": [entry(MANIFEST)]}).encode()
BLOBS = {digest_of(content): content for content in (LAYER, CONFIG, MANIFEST, INDEX)}
LOCK = BaseLock(
    digest=digest_of(INDEX),
    size=sum(map(len, BLOBS.values())),
    source={"kind": "debian", "suite": "bookworm"},
    platforms={
        "linux/amd64": PlatformLock(
            digest_of(MANIFEST), (Package("libc6", "2.36-9", "amd64", "0" * 64),)
        )
    },
)


def write_archive(path: Path, blobs: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in blobs.items():
            member = tarfile.TarInfo(f"blobs/{name.replace(':', '/')}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_a_lock_is_read_as_it_was_written() -> None:
    assert read_lock(LOCK.to_json()) == LOCK


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty file"),
        pytest.param("[]", id="another document"),
        pytest.param('{"format": 1}', id="a lock that says nothing"),
        pytest.param(
            LOCK.to_json().decode().replace("sha256:", "md5:"), id="a digest of another kind"
        ),
        pytest.param(
            LOCK.to_json().decode().replace('"version"', '"release"'), id="a package of other keys"
        ),
        pytest.param(
            LOCK.to_json().decode().replace('"format": 1', '"format": 2'), id="a later format"
        ),
    ],
)
def test_no_other_text_is_a_lock(text: str) -> None:
    with pytest.raises(BaseLockUnreadable, match=r"images base --relock"):
        read_lock(text)


def test_the_locked_base_is_found_by_its_digest(tmp_path: Path) -> None:
    path = write_archive(archive_in(tmp_path, LOCK.digest), BLOBS)

    assert locked_base(LOCK.to_json().decode(), tmp_path) == path


def test_without_it_the_error_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(BaseMissing, match=r"run \./mooring images base"):
        locked_base(LOCK.to_json().decode(), tmp_path)


@pytest.mark.parametrize("name", BLOBS)
def test_a_missing_blob_is_noticed(tmp_path: Path, name: str) -> None:
    kept = {key: content for key, content in BLOBS.items() if key != name}
    write_archive(archive_in(tmp_path, LOCK.digest), kept)

    with pytest.raises(BaseTampered, match=f"{name} is not in it"):
        locked_base(LOCK.to_json().decode(), tmp_path)


@pytest.mark.parametrize("name", BLOBS)
def test_a_changed_blob_is_noticed(tmp_path: Path, name: str) -> None:
    write_archive(archive_in(tmp_path, LOCK.digest), {**BLOBS, name: BLOBS[name][:-1] + b"?"})

    with pytest.raises(BaseTampered, match="another content than its name says"):
        locked_base(LOCK.to_json().decode(), tmp_path)


def test_an_archive_cut_short_is_noticed_wherever_it_ends(tmp_path: Path) -> None:
    whole = write_archive(tmp_path / "whole", BLOBS).read_bytes()
    content_ends = len(whole.rstrip(b"\0"))
    for cut in range(0, content_ends, 500):
        archive_in(tmp_path, LOCK.digest).write_bytes(whole[:cut])
        with pytest.raises(BaseTampered, match="images base"):
            locked_base(LOCK.to_json().decode(), tmp_path)


def test_an_archive_without_a_locked_platform_is_noticed(tmp_path: Path) -> None:
    other = PlatformLock(digest_of(b"another manifest"), ())
    lock = replace(LOCK, platforms={**LOCK.platforms, "linux/arm64": other})
    write_archive(archive_in(tmp_path, LOCK.digest), BLOBS)

    with pytest.raises(BaseTampered, match="its index does not name"):
        locked_base(lock.to_json().decode(), tmp_path)


def test_the_cache_is_where_the_environment_says() -> None:
    assert base_cache({"MOORING_CACHE": "/var/cache/m"}) == Path("/var/cache/m/base")
    assert base_cache({}) == Path.home() / ".cache" / "mooring" / "base"
