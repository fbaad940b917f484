"""An archive is believed only as far as its digests go."""

import json
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mooring.delivery.oci.archive import open_archive
from mooring.delivery.oci.documents import tag_of
from mooring.delivery.oci.errors import ImageUnreadable
from mooring.delivery.oci.testing.images import small_archive, small_layout


def test_what_was_written_is_read(tmp_path: Path) -> None:
    archive = open_archive(small_archive(tmp_path, name="gateway"))
    archive.check()
    assert (archive.name, archive.tag) == ("gateway", tag_of(archive.digest))
    assert [each.platform for each in archive.platforms] == ["linux/amd64", "linux/arm64"]
    assert [layer.title for layer in archive.platforms[0].layers] == ["base", "code"]
    own, shared = zip(*(each.layers for each in archive.platforms), strict=True)
    assert own[0].digest != own[1].digest
    assert shared[0].digest == shared[1].digest


def test_one_image_has_one_digest_and_one_archive(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, same = small_archive(tmp_path / "a"), small_archive(tmp_path / "b")
    other = small_archive(tmp_path, text=b"another")
    assert one.read_bytes() == same.read_bytes()
    assert open_archive(one).digest != open_archive(other).digest


def test_docker_finds_the_layers_of_each_platform_under_a_tag_of_its_own(tmp_path: Path) -> None:
    archive = open_archive(small_archive(tmp_path))
    loaded = json.loads(archive.member("manifest.json"))
    assert [each["RepoTags"] for each in loaded] == [
        [f"mooring/small:{archive.tag}"],
        [f"mooring/small:{archive.tag}-arm64"],
    ]
    for docker, platform in zip(loaded, archive.platforms, strict=True):
        assert docker["Config"].endswith(platform.config_digest.removeprefix("sha256:"))
        assert len(docker["Layers"]) == len(platform.layers)


def test_an_archive_that_another_tar_packed_is_read_too(tmp_path: Path) -> None:
    digest = small_layout(tmp_path / "layout")
    tar = tmp_path / "again.tar"
    subprocess.run(["tar", "-C", tmp_path / "layout", "-cf", tar, "."], check=True)
    archive = open_archive(tar)
    archive.check()
    assert archive.digest == digest


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_cut_archive_is_refused_wherever_it_was_cut(tmp_path: Path, data: st.DataObject) -> None:
    whole = small_archive(tmp_path).read_bytes()
    # Behind the last file lie only the zeros that end a tar.
    end = len(whole.rstrip(b"\0"))
    cut = tmp_path / "cut.tar"
    cut.write_bytes(whole[: data.draw(st.integers(0, end - 1))])
    with pytest.raises(ImageUnreadable, match=r"cut\.tar: .*Build or fetch it again"):
        open_archive(cut).check()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_byte_altered_in_any_blob_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    path = small_archive(tmp_path)
    with tarfile.open(path) as tar:
        blobs = [member for member in tar if member.name.startswith("blobs/")]
    blob = data.draw(st.sampled_from(blobs))
    at = blob.offset_data + data.draw(st.integers(0, blob.size - 1))
    altered = bytearray(path.read_bytes())
    altered[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(altered)
    with pytest.raises(ImageUnreadable):
        open_archive(path).check()


@pytest.mark.parametrize(
    ("member", "content"),
    [
        pytest.param("index.json", b"{}", id="an index.json that names nothing"),
        pytest.param("index.json", b"[", id="an index.json that is no JSON"),
        pytest.param("index.json", b"[]", id="an index.json that is a list"),
        pytest.param("index.json", b'{"manifests": 3}', id="manifests that are a number"),
        pytest.param("other", b"{}", id="no index.json"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path: Path, member: str, content: bytes) -> None:
    (tmp_path / member).write_bytes(content)
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        tar.add(tmp_path / member, member)
    with pytest.raises(ImageUnreadable, match=r"x\.tar: "):
        open_archive(tmp_path / "x.tar")


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match=r"none\.tar: there is no such file.*pants package"):
        open_archive(tmp_path / "none.tar")
