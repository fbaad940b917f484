"""Bases from a real registry, Debian's docker-registry, on loopback and a port of its choice."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mooring.delivery.base.errors import BaseDiffers, RegistryUnusable
from mooring.delivery.base.lock import BaseLock, Package
from mooring.delivery.base.locked import locked_base
from mooring.delivery.base.make import Made, Wishes, make_base, relock_base
from mooring.delivery.base.registry import pull_layout, reference_of
from mooring.delivery.base.testing.archives import write_base
from mooring.delivery.publish.testing.registry import running_registry

DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a registry listens."""
    with running_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry.host


@dataclass(frozen=True)
class Pushed:
    """A base in a registry, and a lock and a cache that know nothing of it yet."""

    folder: Path
    reference: str
    base: BaseLock

    @property
    def lock_file(self) -> Path:
        return self.folder / "deploy" / "base.lock.json"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def relock(self, reference: str | None = None) -> Made:
        wishes = Wishes(reference or self.reference)
        return relock_base(self.lock_file, self.cache, wishes, lambda said: None)

    def make(self, reference: str | None = None) -> Made:
        return make_base(self.lock_file, self.cache, Wishes(reference), lambda said: None)


@pytest.fixture
def pushed(tmp_path: Path, host: str) -> Pushed:
    lock = write_base(tmp_path / "image.tar", content=tmp_path.name.encode())
    name = f"{host}/bases/{tmp_path.name.replace('_', '-').lower()}"
    push(tmp_path / "image.tar", name)
    return Pushed(tmp_path, f"docker://{name}@{lock.digest}", lock)


def push(archive: Path, name: str, *options: str) -> None:
    command = ["skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"]
    where = [f"oci-archive:{archive}", f"docker://{name}:latest"]
    subprocess.run([*command, *(options or ["--all"]), *where], check=True, capture_output=True)


def test_a_base_from_a_registry_is_locked_with_its_packages(pushed: Pushed) -> None:
    made = pushed.relock()

    assert made.lock.digest == pushed.base.digest
    assert made.lock.size == pushed.base.size
    assert made.lock.source == {"kind": "registry", "reference": pushed.reference}
    assert {name: p.packages for name, p in made.lock.platforms.items()} == {
        "linux/amd64": (Package("libc6", "2.36-9", "amd64"),),
        "linux/arm64": (Package("libc6", "2.36-9", "arm64"),),
    }
    assert locked_base(pushed.lock_file.read_text(), pushed.cache) == made.archive


def test_a_locked_base_is_pulled_from_where_it_was_locked(pushed: Pushed) -> None:
    pushed.relock().archive.unlink()

    assert pushed.make().new
    assert not pushed.make().new


def test_a_base_that_was_built_may_be_pulled_from_where_it_was_pushed(pushed: Pushed) -> None:
    pushed.lock_file.parent.mkdir()
    pushed.lock_file.write_bytes(pushed.base.to_json())

    made = pushed.make(pushed.reference)

    assert made.lock.source == {"kind": "debian", "suite": "bookworm"}
    assert locked_base(pushed.lock_file.read_text(), pushed.cache) == made.archive


def test_another_base_than_the_locked_one_is_refused_before_it_is_pulled(pushed: Pushed) -> None:
    pushed.relock().archive.unlink()
    name, _, _ = pushed.reference.partition("@")

    with pytest.raises(BaseDiffers, match=f"it is not {pushed.base.digest}.* add --relock"):
        pushed.make(f"{name}@{DIGEST}")
    assert list(pushed.cache.iterdir()) == []


def test_a_digest_that_the_registry_has_not_is_said(pushed: Pushed) -> None:
    name, _, _ = pushed.reference.partition("@")

    with pytest.raises(RegistryUnusable, match=f"{DIGEST}: .*manifest unknown"):
        pushed.relock(f"{name}@{DIGEST}")
    assert not pushed.lock_file.exists()
    assert list(pushed.cache.iterdir()) == []


def test_the_image_of_one_platform_is_no_base(pushed: Pushed) -> None:
    name, _, _ = pushed.reference.partition("@")
    manifest = pushed.base.platforms["linux/amd64"].manifest

    with pytest.raises(RegistryUnusable, match="no image of several platforms"):
        pushed.relock(f"{name}@{manifest}")


def test_a_registry_that_is_not_there_is_said(tmp_path: Path) -> None:
    if shutil.which("skopeo") is None:
        pytest.skip("skopeo is not installed (apt install skopeo)")
    # Nobody listens at port 1.
    reference = reference_of(f"docker://127.0.0.1:1/base@{DIGEST}")

    with pytest.raises(RegistryUnusable, match="connection refused"):
        pull_layout(reference, tmp_path / "layout")


def test_without_skopeo_the_cure_is_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))

    with pytest.raises(RegistryUnusable, match=r"skopeo: it is not installed\. Install"):
        pull_layout(reference_of(f"docker://host/base@{DIGEST}"), tmp_path / "layout")


@pytest.mark.parametrize(
    "text, name, local",
    [
        (f"docker://docker.io/library/python@{DIGEST}", "docker.io/library/python", False),
        (f"docker://host:5000/a/b:3.11-slim@{DIGEST}", "host:5000/a/b", False),
        (f"docker://127.0.0.1:5000/base@{DIGEST}", "127.0.0.1:5000/base", True),
        (f"docker://localhost/base:tag@{DIGEST}", "localhost/base", True),
        (f"docker://[::1]:5000/base@{DIGEST}", "[::1]:5000/base", True),
        (f"docker://localhost.example.org/base@{DIGEST}", "localhost.example.org/base", False),
    ],
)
def test_a_reference_is_a_place_and_a_digest(text: str, name: str, local: bool) -> None:
    reference = reference_of(text)

    assert (reference.name, reference.digest, reference.is_local) == (name, DIGEST, local)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("docker://docker.io/library/python:3.11-slim", id="a tag alone"),
        pytest.param(f"docker.io/library/python@{DIGEST}", id="no scheme"),
        pytest.param("docker://host/base@sha256:0123", id="half a digest"),
        pytest.param(f"docker://host/base@{DIGEST} --debug", id="more than a reference"),
        pytest.param(f"oci:/tmp/x@{DIGEST}", id="another scheme"),
    ],
)
def test_what_does_not_pin_an_image_is_refused(text: str) -> None:
    with pytest.raises(RegistryUnusable, match="it is no reference by digest"):
        reference_of(text)
