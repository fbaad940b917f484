"""Publishing over bad ways to a real registry, and on a full disk."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
from pathlib import Path
from typing import Any

import pytest

from mooring.delivery.oci.archive import ImageArchive
from mooring.delivery.publish.errors import (
    NoRoom,
    PushLost,
    RegistryUnreachable,
)
from mooring.delivery.publish.lock import read_images_lock
from mooring.delivery.publish.patience import Patience
from mooring.delivery.publish.publish import Registry, publish
from mooring.delivery.publish.testing.faults import Asked, Cut, Fault, Hold, Status, bad_way
from mooring.delivery.publish.testing.images import LAYER_BYTES
from mooring.delivery.publish.testing.registry import RunningRegistry, at
from mooring.process.tree import is_alive, members

_processes = multiprocessing.get_context("fork")


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
