"""The third-party layer: what a lock names, for one platform, without what serving never reads.

Installed by uv, which checks each file against the lock's hashes and decides the lock's markers for
the platform asked for, so an image for arm64 is made on amd64.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mooring.delivery.image.bytecode import with_bytecode
from mooring.delivery.oci.entries import Entry, entries_of, lies_in
from mooring.delivery.oci.errors import ImageUnbuildable

PYTHON = "3.11"
# glibc 2.28: what wheels are built for, and older than any base in use.
_PLATFORMS = {
    "linux/amd64": "x86_64-manylinux_2_28",
    "linux/arm64": "aarch64-manylinux_2_28",
}
# Written by the installer for itself, or commands whose first line names this machine's Python.
_INSTALLERS_OWN = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD", "uv_cache.json")
_DEVELOPERS_OWN = {"tests", "test", "testing_data", "__pycache__", "include", "benchmarks"}
_SOURCES = (".pyi", ".pyx", ".pxd", ".c", ".cc", ".cpp", ".h", ".hpp", ".a", ".pyc", ".whl")


@dataclass(frozen=True)
class Selection:
    """Which installed files an image has: `without` are patterns of paths below site-packages,
    each with all that lies under it, that no request ever reads.
    """

    without: frozenset[str] = frozenset()

    def keeps(self, path: str) -> bool:
        """Whether `path`, relative to site-packages, is in the image.

        >>> chosen = Selection(frozenset({"a/x*"}))
        >>> [chosen.keeps(path) for path in ("a/x/y.py", "a/tests/t.py", "a/b.py")]
        [False, False, True]
        """
        parts = PurePosixPath(path).parts
        if (
            parts[0] in ("bin", ".lock")
            or path.endswith(_SOURCES)
            or _DEVELOPERS_OWN & set(parts[:-1])
        ):
            return False
        if parts[-1] in _INSTALLERS_OWN and parts[0].endswith(".dist-info"):
            return False
        return not lies_in(path, self.without)


def install(lock: Path, platform: str, into: Path, work: Path) -> None:
    """Install what `lock` names for `platform` into the folder `into`. Raises ImageUnbuildable."""
    done = subprocess.run(
        [
            *("uv", "pip", "install", "--quiet", "--python", sys.executable),
            *("--python-platform", _uv_platform(platform), "--python-version", PYTHON),
            *("--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-config"),
            *("--no-compile-bytecode", "--link-mode", "copy", "--cache-dir", str(work / "cache")),
            *("--target", str(into), "--requirements", str(lock)),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise ImageUnbuildable(
            f"its libraries cannot be installed for {platform}: {done.stderr.strip()}",
            place=lock.name,
            cure="Check the package index and the network, or renew the lock: build-support/lock.",
        )


def _uv_platform(platform: str) -> str:
    try:
        return _PLATFORMS[platform]
    except KeyError:
        known = ", ".join(_PLATFORMS)
        raise ImageUnbuildable(
            "no wheels are known for this platform", place=platform, cure=f"Use one of {known}."
        ) from None


def library_entries(folder: Path, at: str, selection: Selection) -> Iterator[Entry]:
    """What is installed in `folder`, as entries below `at`, with its byte code."""
    return with_bytecode(entries_of(folder, at, keep=selection.keeps))
