from __future__ import annotations

import json
import multiprocessing
import resource
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.delivery.oci.documents import tag_of
from mooring.delivery.publish.errors import (
    LockChanged,
    LockUnreadable,
    LockUnwritable,
    NotPublished,
    PublishError,
)
from mooring.delivery.publish.lock import (
    ImagesLock,
    PublishedImage,
    read_images_lock,
    record_image,
)

# Forked, so that a writer need not import everything again.
_processes = multiprocessing.get_context("fork")

digests = st.binary(min_size=32, max_size=32).map(lambda raw: f"sha256:{raw.hex()}")
names = st.from_regex(r"[a-z][a-z0-9]{0,8}(?:[._-][a-z0-9]{1,8})?", fullmatch=True)


def image(fill: str = "a", repository: str = "registry.example/mooring/gateway") -> PublishedImage:
    digest = f"sha256:{fill * 64}"
    platforms = {"linux/arm64": f"sha256:{'4' * 64}", "linux/amd64": f"sha256:{'8' * 64}"}
    return PublishedImage(
        repository=repository,
        tag=tag_of(digest),
        digest=digest,
        base=f"sha256:{'b' * 64}",
        bytes=10,
        platforms=platforms,
    )


def document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(ImagesLock(images={"gateway": image()}).to_json())
    return read


def test_a_missing_file_holds_no_images(tmp_path: Path) -> None:
    assert read_images_lock(tmp_path / "images.lock.json").images == {}


def test_an_image_is_deployed_by_digest_and_not_by_tag() -> None:
    assert image().reference == f"registry.example/mooring/gateway@sha256:{'a' * 64}"


@given(recorded=st.lists(st.tuples(names, digests), max_size=6))
def test_what_is_recorded_is_read_back_sorted_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory, recorded: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("deploy") / "deploy" / "images.lock.json"
    wanted: dict[str, PublishedImage] = {}
    for name, digest in recorded:
        new = image().model_copy(update={"digest": digest, "tag": tag_of(digest)})
        record_image(path, name, new, before=wanted.get(name))
        wanted[name] = new

    assert read_images_lock(path).images == wanted
    names_written = list(json.loads(path.read_bytes())["images"]) if wanted else []
    assert names_written == sorted(wanted)


def test_the_same_line_again_does_not_touch_the_file(tmp_path: Path) -> None:
    path = tmp_path / "images.lock.json"
    record_image(path, "gateway", image(), before=None)
    was = path.stat()

    record_image(path, "gateway", image(), before=None)

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (was.st_ino, was.st_mtime_ns)


def test_another_content_of_the_same_image_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "images.lock.json"
    record_image(path, "gateway", image("c"), before=None)

    with pytest.raises(LockChanged, match="gateway was changed meanwhile"):
        record_image(path, "gateway", image("a"), before=None)

    assert read_images_lock(path).image("gateway") == image("c")


def test_many_publishers_at_once_keep_each_others_lines(tmp_path: Path) -> None:
    path = tmp_path / "images.lock.json"
    writers = [
        _processes.Process(target=_record_many, args=(path, f"image{number}"))
        for number in range(6)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0] * 6
    assert set(read_images_lock(path).images) == {f"image{number}" for number in range(6)}


def _record_many(path: Path, name: str) -> None:
    before = None
    for fill in "0123456789":
        record_image(path, name, image(fill), before=before)
        before = image(fill)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "images.lock.json"
    record_image(path, "gateway", image(), before=None)
    was = path.read_bytes()

    writer = _processes.Process(target=_record_on_a_full_disk, args=(path, len(was)))
    writer.start()
    writer.join()

    assert writer.exitcode == 0
    assert path.read_bytes() == was
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def _record_on_a_full_disk(path: Path, size: int) -> None:
    """The kernel refuses bytes beyond the limit, as it does those beyond the end of a disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with pytest.raises(LockUnwritable, match="publish again, which pushes nothing"):
        record_image(path, "flight_delay", image("c"), before=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"format": 2}, "format: Input should be 1", id="of a later format"),
        pytest.param({"more": 1}, "more: Extra inputs", id="with a field nobody knows"),
        pytest.param({"images": {"Gate way": {}}}, "images.Gate way", id="with no image's name"),
        pytest.param(
            {"images": {"gateway": {**document()["images"]["gateway"], "tag": "latest"}}},
            "the tag must be h-aaaaaaaaaaaaaaaa",
            id="with a tag that is not of the digest",
        ),
        pytest.param(
            {"images": {"gateway": {**document()["images"]["gateway"], "digest": "sha256:12"}}},
            "images.gateway.digest",
            id="with half a digest",
        ),
        pytest.param(
            {"images": {"gateway": {**document()["images"]["gateway"], "platforms": {}}}},
            "images.gateway.platforms",
            id="without platforms",
        ),
    ],
)
def test_a_document_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = tmp_path / "images.lock.json"
    path.write_text(json.dumps({**document(), **change}))

    with pytest.raises(LockUnreadable, match=said):
        read_images_lock(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"<<<<<<< HEAD\n{}", id="with marks of a merge"),
        pytest.param(b'{"format": 1, "images": {}, "images": {}}', id="with a name twice"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"[" * 100_000, id="nested without end"),
    ],
)
def test_what_is_no_such_document_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "images.lock.json"
    path.write_bytes(content)

    with pytest.raises(LockUnreadable, match="git checkout"):
        read_images_lock(path)


@given(cut=st.integers(min_value=0))
def test_a_file_cut_short_is_refused_or_is_whole(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("deploy") / "images.lock.json"
    whole = ImagesLock(images={"gateway": image()}).to_json()
    path.write_bytes(whole[: cut % len(whole)])

    try:
        read = read_images_lock(path)
    except LockUnreadable:
        return
    assert read.image("gateway") == image()


def test_a_folder_in_its_place_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="cannot be read"):
        read_images_lock(tmp_path)


def test_an_image_without_a_line_is_named_with_those_that_have_one() -> None:
    lock = ImagesLock(images={"gateway": image()})

    with pytest.raises(NotPublished, match="no image monitor is published; there is gateway"):
        lock.image("monitor")
