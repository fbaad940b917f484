"""The repository of `layout` on disk: real git, real Pants, caches and libraries of its own."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.plan.testing.layout import FILES, MACROS
from mooring.delivery.plan.testing.wheels import pack_installed, write_wheel

PANTS = os.environ.get("MOORING_PANTS_BIN", "")

# A cold build of every image and test on a machine that is busy with other things.
PANTS_SECONDS = 400

# Versions of each small library that a lock can be moved to.
VERSIONS = tuple(f"1.{minor}" for minor in range(300))

# `✓ a/b_test.py:tests succeeded in 0.51s (cached locally).`
_TEST = re.compile(
    r"^[✓✕] (\S+) (?:succeeded|failed) in [\d.]+s( \((?:cached|memoized)[^)]*\))?", re.M
)


@dataclass(frozen=True)
class Built:
    """Tests that Pants ran, images by the digest of their content; or why Pants refused."""

    ran: frozenset[str]
    images: Mapping[str, str]
    refused: str = ""


@dataclass(frozen=True)
class Repository:
    """A checkout and the folder beside it that holds what it needs."""

    root: Path
    beside: Path

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=oracle", "-c", "user.email=oracle@localhost", *arguments]
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, path: str, content: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def restore(self, commit: str) -> None:
        """Make everything as it was at a commit; caches and the daemon stay."""
        self.git("reset", "--quiet", "--hard", commit)
        self.git("clean", "--quiet", "-f", "-d")

    def build(self) -> Built:
        """Run every test and package every image, from what is cached."""
        done = self.pants("package", "test", "::")
        if done.returncode and not _TEST.search(done.stderr):
            return Built(frozenset(), {}, refused=done.stderr)
        ran = frozenset(name for name, cached in _TEST.findall(done.stderr) if not cached)
        return Built(ran, self._images())

    def pants(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["./pants", "--no-dynamic-ui", "--no-colors", *arguments],
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PANTS_SECONDS,
        )

    def environment(self) -> dict[str, str]:
        """Nothing of this machine but its interpreters, and nothing of its configuration."""
        home = Path(PANTS).parents[1]
        client = self.beside / "client"
        version, *known = (home / "pex.known").read_text().strip().split("|")
        python = Path(os.path.realpath(sys.executable)).parent
        return {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(self.beside / "home"),
            "LANG": "C.UTF-8",
            "MOORING_PANTS_BIN": str(client),
            "_PANTS_SERVER_EXE": PANTS,
            "PANTS_PEX_CLI_KNOWN_VERSIONS": f"['{'|'.join((version, *known))}']",
            "PANTS_PEX_CLI_URL_TEMPLATE": f"file://{home}/pex.tool",
            "PANTS_PEX_CLI_VERSION": version,
            "PANTS_PYTHON_BOOTSTRAP_SEARCH_PATH": f"['{python}']",
            "PANTS_PYTHON_REPOS_FIND_LINKS": f"['file://{self.beside}/wheels']",
            "PANTS_PYTHON_REPOS_INDEXES": "[]",
            "PATH": os.defpath,
            "XDG_CACHE_HOME": str(self.beside / "cache"),
        }

    def stop(self) -> None:
        """End the daemon that all commands share."""
        for pid in self.root.glob(".pids/*/pantsd/pid"):
            os.kill(int(pid.read_text()), signal.SIGTERM)

    def _images(self) -> dict[str, str]:
        found = {}
        for archive in (self.root / "dist").glob("*/image.tar"):
            with tarfile.open(archive) as tar:
                content = b"".join(_content(tar, m) for m in sorted(tar, key=lambda m: m.name))
            found[archive.parent.name.replace(".", "/") + ":image"] = hashlib.sha256(
                content
            ).hexdigest()
        return found


def make_repository(folder: Path, macros: str) -> Repository:
    """Write and commit the repository below `folder`; `macros` is the macros file of this one."""
    made = Repository(folder / "repository", folder)
    (folder / "home").mkdir(parents=True)
    (folder / "wheels").mkdir()
    for name in ("leftpad", "tidy"):
        for version in VERSIONS:
            write_wheel(folder / "wheels", name, version)
    runner = "".join(f"{pin}\n" for pin in sorted(pack_installed(folder / "wheels", "pytest")))
    locks = {
        "3rdparty/python/product.lock": f"leftpad==1.0\ntidy==1.0\n{runner}",
        "3rdparty/python/pytest.lock": runner,
        "build-support/macros.py": macros + MACROS,
    }
    made.root.mkdir()
    _copy_client(folder / "client")
    for path, content in {**FILES, **locks}.items():
        made.write(path, content)
    (made.root / "pants").chmod(0o755)
    made.git("init", "--quiet", "--initial-branch=main")
    made.commit("Begin")
    return made


def _copy_client(to: Path) -> None:
    """The client that Pants comes with, which the wheel does not install as a program.

    It hands a command to the daemon at once, where Pants' own Python takes a second to start.
    """
    (client,) = Path(PANTS).parents[1].glob("lib/python*/site-packages/pants/bin/native_client")
    shutil.copyfile(client, to)
    to.chmod(0o755)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return member.name.encode() + (file.read() if file else b"")
