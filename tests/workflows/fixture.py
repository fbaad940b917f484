"""A small repository with the real workflows, and the real programs they decide with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.workflows.standin import CHAMPION, write_program

# What the steps run for real, with the standard library alone.
REAL = (
    ".github",
    "pants.toml",
    "src/python/mooring/contract/__init__.py",
    "src/python/mooring/contract/errors.py",
    "src/python/mooring/delivery/__init__.py",
    "src/python/mooring/delivery/handover",
    "src/python/mooring/delivery/plan",
    "src/python/mooring/delivery/rollout",
    "tests/repository/junit.py",
)
MODELS = ("alpha", "beta", "gamma")
RELEASED = ("alpha", "gamma")
_STANDINS = {"pants": "./pants", "mooring": "./mooring", ".ci/run": ".ci/run"}


@dataclass(frozen=True)
class Origin:
    """A bare repository, and the commit that the change under test starts from."""

    path: Path
    base: str

    def clone(self, to: Path) -> str:
        """Check it out as the checkout action does, without its token; the commit."""
        git(to.parent, "clone", "--quiet", f"file://{self.path}", to.name)
        return git(to, "rev-parse", "HEAD")


def make_origin(folder: Path, changed: str) -> Origin:
    """Make the repository, with a last commit that changes one file."""
    work = folder / "work"
    _copy_real(work)
    _write_rest(work)
    git(folder, "init", "--quiet", "--initial-branch=main", "work")
    _commit(work, "Begin")
    base = git(work, "rev-parse", "HEAD")
    target = work / changed
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    _commit(work, "Change")
    git(folder, "clone", "--quiet", "--bare", "work", "origin")
    return Origin(folder / "origin", base)


def git(folder: Path, *arguments: str) -> str:
    """Run git away from the settings of whoever runs the tests; what it prints."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _copy_real(work: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*_test.py", "testing")
    for name in REAL:
        source, target = Path(name), work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)


def _write_rest(work: Path) -> None:
    for path, name in _STANDINS.items():
        write_program(work / path, name)
    for model in MODELS:
        _write(work / "models" / model / "pipeline.py", "")
    for model in RELEASED:
        release = json.dumps({"champion": {"bundle": CHAMPION}})
        _write(work / "models" / model / "release.json", release)
    _write(work / "tests/property_test.py", "from hypothesis import given\n")
    _write(work / "3rdparty/python/product.lock", "")
    _write(work / "docs/build.md", "")
    _write(work / ".gitignore", "/dist/\n__pycache__/\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _commit(work: Path, subject: str) -> None:
    git(work, "add", "--all")
    who = ("-c", "user.name=Someone", "-c", "user.email=someone@example.org")
    git(work, *who, "commit", "--quiet", "--message", subject)
