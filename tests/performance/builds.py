"""What a change costs to build: a new checkout of this repository, real Pants, empty caches.

    python -m tests.performance.builds          a Markdown table, for docs/build.md

Needs the base image in the cache (`./mooring images base`) and the package index. Takes some ten
minutes on two cores.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.oci.archive import open_archive
from tests.repository.tracked import ROOT, files

_COUNTER = re.compile(r"^\s+(\w+): (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Built:
    """One `./pants package ::`: `ran` counts the processes that no cache answered; `digests` are
    those of the images by name, `blobs` the size in bytes of all that a registry needs.
    """

    seconds: float
    ran: int
    digests: dict[str, str]
    blobs: dict[str, int]

    def since(self, before: Built) -> tuple[list[str], int]:
        """The images that are others now, and the bytes a registry that has `before` lacks."""
        changed = [name for name, digest in self.digests.items() if before.digests[name] != digest]
        return changed, sum(self.blobs[each] for each in self.blobs.keys() - before.blobs.keys())


@dataclass(frozen=True)
class Clone:
    """A clone with caches of its own."""

    root: Path
    caches: Path

    @property
    def environ(self) -> dict[str, str]:
        """Only what is this clone's own, besides what this process has."""
        return {
            **os.environ,
            "PANTS_LOCAL_STORE_DIR": str(self.caches / "store"),
            "PANTS_NAMED_CACHES_DIR": str(self.caches / "named"),
            "PANTS_DYNAMIC_UI": "false",
            "PANTS_COLORS": "false",
        }

    def package(self) -> Built:
        """Build everything. Raises CalledProcessError, with what Pants said."""
        began = time.perf_counter()
        done = subprocess.run(
            [self.root / "pants", "--stats-log", "package", "::"],
            cwd=self.root,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        seconds = time.perf_counter() - began
        if done.returncode:
            sys.stderr.write(done.stdout)
            done.check_returncode()
        counters = {name: int(value) for name, value in _COUNTER.findall(done.stdout)}
        return Built(seconds, counters["local_execution_requests"], *self._images())

    def _images(self) -> tuple[dict[str, str], dict[str, int]]:
        archives = [open_archive(path) for path in sorted(self.root.glob("dist/*/image.tar"))]
        blobs = {each["digest"]: each["size"] for image in archives for each in image.descriptors()}
        return {image.name: image.digest for image in archives}, blobs

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        """Change a file of the clone."""
        file = self.root / path
        before = file.read_text()
        file.write_text(change(before))
        if file.read_text() == before:
            raise ValueError(f"nothing changed in {path}")


@contextmanager
def cloned(folder: Path) -> Iterator[Clone]:
    """A checkout of this repository's files below `folder`; its daemon ends with it."""
    clone = Clone(folder / "clone", folder / "caches")
    for path in files("**/*"):
        (clone.root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, clone.root / path)
    git = [
        "git",
        "-C",
        str(clone.root),
        "-c",
        "user.name=maintainers",
        "-c",
        "user.email=m@localhost",
    ]
    for step in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "All files"]):
        subprocess.run([*git, *step], check=True)
    try:
        yield clone
    finally:
        for pid in clone.root.glob(".pids/*/pantsd/pid"):
            subprocess.run(["kill", pid.read_text().strip()], check=False)


def gateway_edit(clone: Clone) -> None:
    """One line more in a module of the gateway."""
    clone.edit("src/python/mooring/gateway/health.py", lambda text: f"{text}\n_EDITED = True\n")


def model_release(clone: Clone) -> None:
    """The champion before becomes champion again, as `mooring rollback` writes it."""

    def rolled_back(text: str) -> str:
        release = json.loads(text)
        release["champion"], release["former"] = release["former"][0], [release["champion"]]
        return json.dumps(release, indent=2)

    clone.edit("models/flight_delay/release.json", rolled_back)


def lock_change(clone: Clone) -> None:
    """One package less in the gateway's lock."""
    clone.edit(
        "3rdparty/python/gateway.lock",
        lambda text: re.sub(r"^swagger-ui-bundle==.*\n(    .*\n)+", "", text, flags=re.MULTILINE),
    )


def docs_change(clone: Clone) -> None:
    """A sentence more in the README."""
    clone.edit("README.md", lambda text: f"{text}\nOne sentence more.\n")


CHANGES: dict[str, Callable[[Clone], None]] = {
    "nothing": lambda clone: None,
    "one line of the gateway": gateway_edit,
    "one release of flight_delay": model_release,
    "one package out of gateway.lock": lock_change,
    "a sentence of the README": docs_change,
}


def measured(clone: Clone) -> Iterator[tuple[str, Built, Built | None]]:
    """Each change after the one before: its name, what was built, and what was there before."""
    before = clone.package()
    yield "everything, empty caches", before, None
    for name, change in CHANGES.items():
        change(clone)
        built = clone.package()
        yield name, built, before
        before = built


def row(name: str, built: Built, before: Built | None) -> str:
    """A line of the table; bytes are those that a push sends."""
    changed, sent = (
        built.since(before) if before else (list(built.digests), sum(built.blobs.values()))
    )
    images = ", ".join(changed) or "none"
    return f"| {name} | {built.seconds:.1f} s | {built.ran} | {images} | {sent:,} |"


def main() -> None:
    """Print the table."""
    say = sys.stdout.write
    say("| Changed | `./pants package ::` | processes run | images rebuilt | bytes to push |\n")
    say("|---|---|---|---|---|\n")
    with tempfile.TemporaryDirectory() as folder, cloned(Path(folder)) as clone:
        for name, built, before in measured(clone):
            say(row(name, built, before) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
