"""Publishing to a real registry, over a good way and over bad ones."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import resource
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
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
    NoRoom,
    PushLost,
    RegistryRefused,
    RegistryUnnamed,
    RegistryUnreachable,
    TagTaken,
)
from mooring.delivery.publish.lock import read_images_lock
from mooring.delivery.publish.patience import Patience
from mooring.delivery.publish.publish import Registry, look_for, publish
from mooring.delivery.publish.testing.faults import Asked, Cut, Fault, Hold, Status, bad_way
from mooring.delivery.publish.testing.images import BASE_DIGEST, LAYER_BYTES, write_small_image
from mooring.delivery.publish.testing.registry import RunningRegistry, running_registry
from mooring.process.tree import is_alive, members

# Tries follow each other at once: what is waited for is the registry, not the clock.
AT_ONCE = Patience(seconds=60, tries=4, first_wait=0.01)

_processes = multiprocessing.get_context("fork")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[RunningRegistry]:
    with running_registry(tmp_path / "registry") as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> ImageArchive:
    return write_small_image(tmp_path / "dist" / "gateway" / "image.tar")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "deploy" / "images.lock.json"


def at(host: str, **more: Any) -> Registry:
    return Registry(host, insecure=True, patience=AT_ONCE, **more)


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


@pytest.mark.parametrize("fault", [Status(500), Cut()], ids=repr)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "PUT"])
def test_what_fails_once_is_asked_again(
    registry: RunningRegistry, archive: ImageArchive, lock: Path, method: str, fault: Fault
) -> None:
    def once(asked: Asked) -> Fault | None:
        return fault if asked.method == method and asked.before == 0 else None

    with bad_way(registry.host, once) as way:
        done = publish(archive, at(way.host), lock)

    assert done.state == "pushed"
    assert registry.tags() == {f"mooring/gateway:{archive.tag}"}
    assert read_images_lock(lock).image("gateway").digest == archive.digest


@pytest.mark.parametrize(
    "fails",
    [
        pytest.param(lambda asked: True, id="everything"),
        pytest.param(lambda asked: asked.method == "PATCH" and asked.before > 2, id="uploads"),
        pytest.param(lambda asked: "manifests/h-" in asked.path, id="the tag"),
        pytest.param(
            lambda asked: asked.method == "PUT" and "manifests/h-" in asked.path, id="its writing"
        ),
    ],
)
@pytest.mark.parametrize("fault", [Status(500), Cut()], ids=repr)
def test_a_registry_that_goes_on_failing_is_given_up_with_nothing_half_published(
    registry: RunningRegistry, archive: ImageArchive, lock: Path, fault: Fault, fails: Any
) -> None:
    told: list[str] = []
    with (
        bad_way(registry.host, lambda asked: fault if fails(asked) else None) as way,
        pytest.raises(RegistryUnreachable),
    ):
        publish(archive, at(way.host, say=told.append), lock)

    assert [text.rpartition(";")[2] for text in told] == [" trying again in 0 s"] * 3
    assert registry.tags() == set()
    assert not lock.exists()

    assert publish(archive, at(registry.host), lock).state == "pushed"


def test_a_registry_that_hangs_is_given_up_after_the_deadline(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    hold, patience = Hold(), Patience(seconds=1.0, first_wait=0.01)

    with bad_way(registry.host, lambda asked: hold) as way:
        with pytest.raises(RegistryUnreachable, match="no answer within"):
            publish(archive, Registry(way.host, insecure=True, patience=patience), lock)
        hold.let_go.set()

    assert not lock.exists()


def test_an_upload_that_hangs_is_tried_again(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    hold = Hold()

    def once(asked: Asked) -> Fault | None:
        return hold if asked.method == "PATCH" and asked.before == 1 else None

    patient = Patience(seconds=6, first_wait=0.01)
    with bad_way(registry.host, once) as way:
        done = publish(archive, Registry(way.host, insecure=True, patience=patient), lock)
        left = [child for child in members(os.getpid())[1:] if child.name() == "skopeo"]
        hold.let_go.set()

    assert done.state == "pushed"
    assert [child for child in left if is_alive(child)] == [], "the try that hung was ended"


def test_a_registry_that_takes_an_image_and_has_it_not_is_found_out(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    def swallow(asked: Asked) -> Fault | None:
        return Status(201) if asked.method == "PUT" and "manifests/h-" in asked.path else None

    with bad_way(registry.host, swallow) as way, pytest.raises(PushLost):
        publish(archive, at(way.host), lock)

    assert not lock.exists()


def test_a_push_tells_how_far_it_is(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    told: list[str] = []

    publish(archive, at(registry.host), lock, told.append)

    assert told
    assert told[-1] == f"{blobs_of(archive) / 1e6:.1f} of at most {bytes_of(archive) / 1e6:.1f} MB"


def test_a_refusal_is_not_asked_again(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    with bad_way(registry.host, lambda asked: Status(403)) as way:
        with pytest.raises(RegistryRefused, match="skopeo login"):
            publish(archive, at(way.host), lock)
        assert [asked.path for asked in way.asked if "v2" in asked.path] == ["/v2/"]


def test_what_is_no_registry_is_refused(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    with (
        bad_way(registry.host, lambda asked: Status(404)) as way,
        pytest.raises(RegistryRefused, match="404"),
    ):
        publish(archive, at(way.host), lock)


def test_plain_http_is_refused_unless_it_is_asked_for(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    with pytest.raises(RegistryRefused, match="add --insecure"):
        publish(archive, Registry(registry.host, patience=AT_ONCE), lock)


# bcrypt of "anchorage" at the lowest cost: `htpasswd -nbB -C 4 sailor anchorage`.
ACCOUNTS = "sailor:$2y$04$pLjrxdRISbAZvdHbWs5AqO/45ZSgZJBRg77SDpDdeuUObZxTQZM62\n"


@pytest.mark.parametrize(
    "password", [pytest.param("", id="nobody"), pytest.param("wrong-word", id="a wrong password")]
)
def test_who_may_not_is_told_how_to_log_in_and_no_credential_is_repeated(
    tmp_path: Path,
    archive: ImageArchive,
    lock: Path,
    password: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with closed_registry(tmp_path / "closed") as registry:
        log_in(registry, password, tmp_path, monkeypatch)
        with pytest.raises(RegistryRefused, match="REGISTRY_AUTH_FILE") as refused:
            publish(archive, at(registry.host), lock)

    assert not password or password not in str(refused.value)
    assert "sailor" not in str(refused.value)
    assert not lock.exists()


def test_who_may_publishes_with_the_credentials_of_the_machine(
    tmp_path: Path, archive: ImageArchive, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_registry(tmp_path / "closed") as registry:
        log_in(registry, "anchorage", tmp_path, monkeypatch)

        assert publish(archive, at(registry.host), lock).state == "pushed"


def closed_registry(folder: Path) -> Any:
    folder.mkdir()
    accounts = folder / "accounts"
    accounts.write_text(ACCOUNTS)
    return running_registry(folder, f"auth: {{htpasswd: {{realm: here, path: {accounts}}}}}\n")


def log_in(
    registry: RunningRegistry, password: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Write what `skopeo login` would, which it does not for a password that is wrong."""
    auths = {}
    if password:
        auths[registry.host] = {"auth": base64.b64encode(f"sailor:{password}".encode()).decode()}
    path = folder / "auth.json"
    path.write_text(json.dumps({"auths": auths}))
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(path))


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


def test_a_full_disk_for_temporary_files_stops_before_anything_is_sent(
    registry: RunningRegistry, archive: ImageArchive, lock: Path
) -> None:
    publisher = _processes.Process(target=_publish_without_room, args=(registry, archive, lock))
    publisher.start()
    publisher.join()

    assert (publisher.exitcode, registry.writes()) == (0, [])


def _publish_without_room(registry: RunningRegistry, archive: ImageArchive, lock: Path) -> None:
    """The kernel refuses bytes beyond the limit, as it does those beyond the end of a disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LAYER_BYTES // 2, LAYER_BYTES // 2))
    with pytest.raises(NoRoom, match="point TMPDIR elsewhere"):
        publish(archive, at(registry.host), lock)


def test_nothing_is_left_in_the_folder_for_temporary_files(
    registry: RunningRegistry,
    archive: ImageArchive,
    lock: Path,
    tmp_path: Path,
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    publisher = _processes.Process(target=_publish_twice, args=(registry, archive, lock, scratch))
    publisher.start()
    publisher.join()

    assert (publisher.exitcode, os.listdir(scratch)) == (0, [])


def _publish_twice(
    registry: RunningRegistry, archive: ImageArchive, lock: Path, scratch: Path
) -> None:
    """Well and badly, in a process whose temporary files have a folder of their own."""
    tempfile.tempdir = str(scratch)
    publish(archive, at(registry.host), lock)
    with (
        bad_way(registry.host, lambda asked: Status(500)) as way,
        pytest.raises(RegistryUnreachable),
    ):
        publish(archive, at(way.host), lock)


def test_a_name_that_is_no_registry_is_refused(archive: ImageArchive, lock: Path) -> None:
    with pytest.raises(RegistryUnnamed):
        publish(archive, at("https://registry.example"), lock)
