"""Digests travel between jobs unchanged, and what differs stops the way to the registry."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from mooring.delivery.handover.errors import ImagesDiffer, NotPublished, Unreadable
from mooring.delivery.handover.images import (
    arguments_of,
    commit_in,
    digests_in,
    map_of,
    published,
    references_in,
    require_same,
    subjects_of,
)
from mooring.delivery.rollout.errors import NoDigest
from mooring.delivery.rollout.reference import parse_image

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")


def write_archive(dist: Path, name: str, digest: str) -> Path:
    """An archive as far as its index."""
    title = {"org.opencontainers.image.title": name}
    index = json.dumps({"manifests": [{"digest": digest, "annotations": title}]}).encode()
    path = dist / f"src.{name}" / "image.tar"
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo("index.json")
        member.size = len(index)
        tar.addfile(member, io.BytesIO(index))
    return path


def test_the_digests_of_all_archives_are_read(tmp_path: Path) -> None:
    write_archive(tmp_path, "gateway", ONE)
    write_archive(tmp_path, "flight_delay", TWO)
    assert digests_in(tmp_path) == {"gateway": ONE, "flight_delay": TWO}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no archive", id="no archive"),
        pytest.param(None, id="cut short"),
    ],
)
def test_a_file_that_is_no_image_archive_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = write_archive(tmp_path, "gateway", ONE)
    path.write_bytes(path.read_bytes()[:600] if content is None else content)
    with pytest.raises(Unreadable, match=r"image\.tar"):
        digests_in(tmp_path)


def test_no_archive_at_all_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no image archive"):
        digests_in(tmp_path)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param({"gateway": TWO}, "expected sha256:1111", id="other bytes"),
        pytest.param({}, "gateway: not built", id="one is missing"),
        pytest.param({"gateway": ONE, "monitor": TWO}, "monitor: .*, expected none", id="one more"),
    ],
)
def test_two_builds_of_one_commit_must_agree(found: dict[str, str], said: str) -> None:
    with pytest.raises(ImagesDiffer, match=said):
        require_same(found, {"gateway": ONE})


def test_what_is_published_is_what_was_built(tmp_path: Path) -> None:
    lock = tmp_path / "images.lock.json"
    line = {"repository": "ghcr.io/o/mooring/gateway", "digest": ONE, "tag": "h-1"}
    lock.write_text(json.dumps({"format": 1, "images": {"gateway": line, "monitor": line}}))
    images = published({"gateway": ONE}, lock)
    assert map_of(images) == {"gateway": f"ghcr.io/o/mooring/gateway@{ONE}"}
    assert subjects_of(images) == [
        {"name": "gateway", "repository": "ghcr.io/o/mooring/gateway", "digest": ONE}
    ]
    with pytest.raises(NotPublished, match="no line for sha256:2222"):
        published({"gateway": TWO}, lock)
    with pytest.raises(NotPublished):
        published({"trainer": ONE}, lock)


@pytest.mark.parametrize(
    ("document", "error"),
    [
        pytest.param('{"gateway": "ghcr.io/o/gateway:latest"}', NoDigest, id="a tag"),
        pytest.param(json.dumps({"a b": f"ghcr.io/o/g@{ONE}"}), NoDigest, id="a name of two words"),
        pytest.param("{}", Unreadable, id="nothing"),
        pytest.param("", Unreadable, id="empty"),
        pytest.param("[]", Unreadable, id="a list"),
        pytest.param('{"gateway": 1}', Unreadable, id="a number"),
    ],
)
def test_only_references_by_digest_are_deployed(document: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        references_in(document)


def test_references_travel_as_the_words_that_a_rollout_takes() -> None:
    document = json.dumps({n: f"ghcr.io/o/{n}@{ONE}" for n in ("gateway", "flight_delay")})
    words = arguments_of(references_in(document)).split(" ")
    assert words[::2] == ["--image", "--image"]
    assert map_of(map(parse_image, words[1::2])) == json.loads(document)


def test_a_commit_is_named_in_full() -> None:
    assert commit_in("c0ffee" + "0" * 34)
    for wrong in ("", "main", "c0ffee", "C" * 40, "0" * 40 + "\n"):
        with pytest.raises(Unreadable):
            commit_in(wrong)
