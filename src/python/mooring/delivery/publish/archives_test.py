from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.delivery.oci.archive import ImageArchive
from mooring.delivery.oci.blobs import digest_of
from mooring.delivery.oci.documents import TITLE
from mooring.delivery.oci.errors import ImageUnreadable
from mooring.delivery.publish.archives import bytes_of, checked, find_archives, unpack
from mooring.delivery.publish.errors import NoArchive
from mooring.delivery.publish.testing.images import write_small_image

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ImageArchive:
    return write_small_image(tmp_path_factory.mktemp("whole") / "image.tar")


def test_the_images_of_a_checkout_are_found_by_name(tmp_path: Path) -> None:
    for name in ("gateway", "flight_delay"):
        write_small_image(tmp_path / "dist" / f"some.{name}" / "image.tar", name)

    assert [each.name for each in find_archives(tmp_path)] == ["flight_delay", "gateway"]


def test_those_that_are_named_are_the_only_ones(tmp_path: Path) -> None:
    named = write_small_image(tmp_path / "elsewhere.tar", "flight_delay")
    write_small_image(tmp_path / "dist" / "gateway" / "image.tar", "gateway")

    assert find_archives(tmp_path, [named.path]) == [named]


def test_where_there_is_none_it_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(NoArchive, match=r"\./pants package"):
        find_archives(tmp_path)


def test_one_image_twice_is_one_and_two_contents_of_a_name_are_refused(tmp_path: Path) -> None:
    first = write_small_image(tmp_path / "first.tar")
    shutil.copy(first.path, tmp_path / "again.tar")
    assert len(find_archives(tmp_path, [first.path, tmp_path / "again.tar"])) == 1

    write_small_image(tmp_path / "second.tar", code="second")
    with pytest.raises(NoArchive, match="two archives of different content are the image gateway"):
        find_archives(tmp_path, [first.path, tmp_path / "second.tar"])


@given(data=st.data())
def test_an_archive_cut_short_is_refused_or_has_lost_nothing(
    whole: ImageArchive, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = whole.path.read_bytes()
    cut = data.draw(st.integers(0, len(content) - 1))
    path = tmp_path_factory.mktemp("cut") / "image.tar"
    path.write_bytes(content[:cut])

    try:
        checked(path)
    except ImageUnreadable:
        return
    # Only blanks behind the last file were cut: every blob is there.
    assert not content[cut:].strip(b"\0")


@given(data=st.data())
def test_an_archive_with_a_byte_altered_is_refused_or_is_the_same_image(
    whole: ImageArchive, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(whole.path.read_bytes())
    where = data.draw(st.integers(0, len(content) - 1))
    content[where] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("altered") / "image.tar"
    path.write_bytes(content)

    try:
        found = checked(path)
    except ImageUnreadable:
        return
    # It was outside of what the digest speaks for: the tar's own fields, docker's manifest, a name.
    assert found.digest == whole.digest
    found.check()


def rewriting(change: Callable[[Members], None]) -> Callable[[Path, Path], None]:
    def rewrite(source: Path, to: Path) -> None:
        with tarfile.open(source) as tar:
            members = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]
        change(members)
        with tarfile.open(to, "w") as tar:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))

    return rewrite


def _without_a_layer(members: Members) -> None:
    largest = max((n for n in members if n.startswith("blobs/")), key=lambda n: len(members[n]))
    del members[largest]


def _with_other_bytes(members: Members) -> None:
    largest = max((n for n in members if n.startswith("blobs/")), key=lambda n: len(members[n]))
    members[largest] = members[largest][::-1]


def _without_an_index(members: Members) -> None:
    del members["index.json"]


def _with_two_images(members: Members) -> None:
    index = json.loads(members["index.json"])
    index["manifests"] *= 2
    members["index.json"] = json.dumps(index).encode()


def _with_a_name_that_leads_out(members: Members) -> None:
    index = json.loads(members["index.json"])
    index["manifests"][0]["annotations"][TITLE] = "../../other/team"
    members["index.json"] = json.dumps(index).encode()


def _with_a_size_that_lies(members: Members) -> None:
    index = json.loads(members["index.json"])
    index["manifests"][0]["size"] += 1
    members["index.json"] = json.dumps(index).encode()


def _with_an_index_of_no_base(members: Members) -> None:
    _change_configurations(members, lambda config: config["config"].update(Labels={}))


def _with_a_layer_that_no_configuration_knows(members: Members) -> None:
    _change_configurations(members, lambda config: config["rootfs"]["diff_ids"].pop())


def _with_one_platform_twice(members: Members) -> None:
    _change_configurations(members, lambda config: config.update(architecture="amd64"))


def _with_a_list_for_a_configuration(members: Members) -> None:
    _change_configurations(members, lambda config: config.update(rootfs=[1]))


def _with_an_index_that_is_nested_without_end(members: Members) -> None:
    members["index.json"] = b"[" * 100_000


def _change_configurations(members: Members, change: Callable[[Any], Any]) -> None:
    """And with them everything that names them, so that every digest is right."""
    index = json.loads(members["index.json"])
    inner = json.loads(members.pop(_blob(index["manifests"][0]["digest"])))
    for entry in inner["manifests"]:
        manifest = json.loads(members.pop(_blob(entry["digest"])))
        config = json.loads(members.pop(_blob(manifest["config"]["digest"])))
        change(config)
        manifest["config"] |= _put(members, config)
        entry |= _put(members, manifest)
    index["manifests"][0] |= _put(members, inner)
    members["index.json"] = json.dumps(index).encode()


def _put(members: Members, document: object) -> dict[str, object]:
    content = json.dumps(document).encode()
    members[_blob(digest_of(content))] = content
    return {"digest": digest_of(content), "size": len(content)}


def _blob(digest: str) -> str:
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_a_layer, "it has no file blobs/"),
        (_with_other_bytes, "cut short or altered"),
        (_without_an_index, "it has no file index.json"),
        (_with_two_images, "exactly one image index"),
        (_with_a_name_that_leads_out, "no name or digest"),
        (_with_a_size_that_lies, "cut short or altered"),
        (_with_an_index_of_no_base, "no name or digest"),
        (_with_a_layer_that_no_configuration_knows, "do not make one image"),
        (_with_one_platform_twice, "do not make one image"),
        (_with_a_list_for_a_configuration, "do not make one image|not what an image has"),
        (_with_an_index_that_is_nested_without_end, "do not make one image"),
    ],
)
def test_an_archive_is_refused(
    whole: ImageArchive, tmp_path: Path, change: Callable[[Members], None], said: str
) -> None:
    path = tmp_path / "image.tar"
    rewriting(change)(whole.path, path)

    with pytest.raises(ImageUnreadable, match=said):
        find_archives(tmp_path, [path])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match=r"image\.tar: there is no such file"):
        find_archives(tmp_path, [tmp_path / "image.tar"])


def test_a_layout_holds_every_blob_under_its_digest(whole: ImageArchive, tmp_path: Path) -> None:
    unpack(whole, tmp_path)

    blobs = list((tmp_path / "blobs/sha256").iterdir())
    assert {digest_of(blob.read_bytes()) for blob in blobs} == {
        f"sha256:{blob.name}" for blob in blobs
    }
    assert sum(blob.stat().st_size for blob in blobs) == bytes_of(whole)
