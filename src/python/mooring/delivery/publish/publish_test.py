"""Publishing to a real registry that works."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from mooring.delivery.oci.archive import ImageArchive
from mooring.delivery.oci.documents import INDEX_TYPE
from mooring.delivery.oci.errors import ImageUnreadable
from mooring.delivery.publish.archives import bytes_of
from mooring.delivery.publish.errors import (
    LockChanged,
    LockUnreadable,
    TagTaken,
)
from mooring.delivery.publish.lock import read_images_lock
from mooring.delivery.publish.publish import look_for, publish
from mooring.delivery.publish.testing.faults import Asked, Fault, bad_way
from mooring.delivery.publish.testing.images import BASE_DIGEST, write_small_image
from mooring.delivery.publish.testing.registry import RunningRegistry, at

_processes = multiprocessing.get_context("fork")


def blobs_of(archive: ImageArchive) -> int:
    """Bytes of layers and configurations, which travel as blobs; manifests do not."""
    documents = {archive.digest, *(each.digest for each in archive.platforms)}
    return sum(each["size"] for each in archive.descriptors() if each["digest"] not in documents)


def manifest_at(registry: RunningRegistry, path: str) -> Any:
    request = urllib.request.Request(f"http://{registry.host}/v2/{path}")
    request.add_header("Accept", INDEX_TYPE)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_an_image_is_pushed_with_all_platforms_and_recorded_by_digest(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    done = publish(archive, at(f"{registry.host}/team"), lock)

    assert (done.state, done.sent) == ("pushed", blobs_of(archive))
    image = read_images_lock(lock).image("gateway")
    assert image.reference == f"{registry.host}/team/mooring/gateway@{archive.digest}"
    assert (image.tag, image.base) == (archive.tag, BASE_DIGEST)
    there = manifest_at(registry, f"team/mooring/gateway/manifests/{image.tag}")
    assert [each["digest"] for each in there["manifests"]] == list(image.platforms.values())
    assert list(image.platforms) == ["linux/amd64", "linux/arm64"]


def test_a_second_run_sends_nothing(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    publish(archive, at(registry.host), lock)
    before, recorded = registry.writes(), lock.read_bytes()
    assert before, "the first run wrote, or this test sees nothing"

    done = publish(archive, at(registry.host), lock)

    assert (done.state, done.sent) == ("present", 0)
    assert registry.writes() == before
    assert lock.read_bytes() == recorded


def test_of_a_changed_image_only_the_changed_layer_travels(
    registry: RunningRegistry, archive: ImageArchive, lock: Path, tmp_path: Path
) -> None:
    publish(archive, at(registry.host), lock)
    edited = write_small_image(tmp_path / "edited.tar", code="second")

    done = publish(edited, at(registry.host), lock)

    known = {each["digest"] for each in archive.descriptors()}
    documents = {edited.digest, *(each.digest for each in edited.platforms)}
    new = [d for d in edited.descriptors() if d["digest"] not in known | documents]
    assert done.sent == sum(each["size"] for each in new) < 2_000
    assert registry.tags() == {f"mooring/gateway:{tag}" for tag in (archive.tag, edited.tag)}


def test_looking_changes_nothing(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    missing = look_for(archive, at(registry.host))
    assert (missing.state, registry.writes()) == ("missing", [])

    publish(archive, at(registry.host), lock)

    assert look_for(archive, at(registry.host)).state == "present"


def test_a_line_that_was_never_written_is_written_by_the_next_run_which_sends_nothing(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    publish(archive, at(registry.host), lock)
    lock.unlink()
    before = registry.writes()

    assert publish(archive, at(registry.host), lock).state == "present"

    assert read_images_lock(lock).image("gateway").digest == archive.digest
    assert registry.writes() == before


def test_a_tag_that_means_another_image_is_not_overwritten(
    registry: RunningRegistry, archive: ImageArchive, lock: Path, tmp_path: Path
) -> None:
    other = write_small_image(tmp_path / "other.tar", code="other")
    where = f"docker://{registry.host}/mooring/gateway:{archive.tag}"
    push = ["skopeo", "copy", "--all", "--dest-tls-verify=false", f"oci-archive:{other.path}"]
    subprocess.run([*push, where], check=True, capture_output=True)
    before = registry.writes()

    with pytest.raises(TagTaken, match="not overwritten") as refused:
        publish(archive, at(registry.host), lock)

    assert other.digest in str(refused.value)
    assert registry.writes() == before
    assert not lock.exists()


def test_two_who_publish_different_images_at_once_keep_both_lines(
    registry: RunningRegistry, lock: Path, tmp_path: Path
) -> None:
    names = ("gateway", "flight_delay", "flight_time")
    archives = [write_small_image(tmp_path / f"{name}.tar", name, code=name) for name in names]
    publishers = [
        _processes.Process(target=publish, args=(archive, at(registry.host), lock))
        for archive in archives
    ]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()

    assert [publisher.exitcode for publisher in publishers] == [0, 0, 0]
    recorded = read_images_lock(lock).images
    assert {name: image.digest for name, image in recorded.items()} == {
        archive.name: archive.digest for archive in archives
    }


def test_two_who_publish_the_same_image_at_once_both_succeed(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    publishers = [
        _processes.Process(target=publish, args=(archive, at(registry.host), lock))
        for _ in range(3)
    ]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()

    assert [publisher.exitcode for publisher in publishers] == [0, 0, 0]
    assert read_images_lock(lock).image("gateway").digest == archive.digest
    assert registry.tags() == {f"mooring/gateway:{archive.tag}"}


def test_who_is_overtaken_by_another_content_of_the_image_says_so(
    registry: RunningRegistry, archive: ImageArchive, lock: Path, tmp_path: Path
) -> None:
    """The slower one is held at its first upload until the quicker one is done."""
    quicker = write_small_image(tmp_path / "quicker.tar", code="quicker")

    def overtake(asked: Asked) -> Fault | None:
        if asked.method == "POST" and asked.before == 0:
            publish(quicker, at(registry.host), lock)
        return None

    with bad_way(registry.host, overtake) as way, pytest.raises(LockChanged):
        publish(archive, at(way.host), lock)

    assert read_images_lock(lock).image("gateway").digest == quicker.digest


def test_a_push_tells_how_far_it_is(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    told: list[str] = []

    publish(archive, at(registry.host), lock, told.append)

    assert told
    assert told[-1] == f"{blobs_of(archive) / 1e6:.1f} of at most {bytes_of(archive) / 1e6:.1f} MB"


def test_a_record_that_cannot_be_read_stops_before_anything_is_sent(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    lock.parent.mkdir()
    lock.write_text("<<<<<<< HEAD")

    with pytest.raises(LockUnreadable):
        publish(archive, at(registry.host), lock)

    assert registry.requests() == []


def test_an_archive_that_changes_after_it_was_checked_is_not_pushed(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    archive.check()
    content = bytearray(archive.path.read_bytes())
    layer = archive.platforms[0].descriptors[0]["digest"].removeprefix("sha256:").encode()
    start = content.index(b"blobs/sha256/" + layer)
    content[start + 512 + 100] ^= 1
    archive.path.write_bytes(content)

    with pytest.raises(ImageUnreadable, match="changed while it was read"):
        publish(archive, at(registry.host), lock)

    assert registry.writes() == []
