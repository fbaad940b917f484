"""Finding the code that a bundle was trained with: in this process, else in the history of git.

Each commit says itself what its code digest is, in a process of its own: another commit may have
had another way to compute it. Commits are unpacked into a scratch folder; neither the work tree nor
git's own files are touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mooring.cli import git
from mooring.cli.errors import CodeNotFound
from mooring.training.code import code_digest

# Commits that touch the sources; one takes about 0.3 s to ask.
MOST_COMMITS = 500

SOURCES = ("src/python/mooring", "models")

_ASK = """
import sys
from mooring.training.code import code_digest
print(code_digest(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Code:
    """Sources that can be run: a commit unpacked in `folder`, or what runs now (both None)."""

    folder: Path | None = None
    commit: str | None = None

    def environ(self) -> dict[str, str]:
        """The environment of a process that imports these sources before any other."""
        own = [self.folder / "src" / "python", self.folder] if self.folder else []
        path = [*map(str, own), *(os.path.abspath(part) for part in sys.path if part)]
        kept = {name: value for name, value in os.environ.items() if name[:8] != "MOORING_"}
        return {**kept, "PYTHONPATH": os.pathsep.join(path)}


def roots_of(model: str) -> list[str]:
    """Where the walk of a model's code begins, as training has it."""
    return ["mooring.training.train", f"models.{model}.pipeline"]


@contextmanager
def code_of(root: Path, model: str, digest: str, added: Path) -> Iterator[Code]:
    """Sources whose code digest is `digest`; they are gone when the context ends.

    The search goes back from the commit that added the file `added`, else from the newest. Raises
    CodeNotFound.
    """
    if code_digest(roots_of(model)) == digest:
        yield Code()
        return
    with tempfile.TemporaryDirectory(prefix="mooring-") as scratch:
        yield _search(root, model, digest, added, Path(scratch))


def _search(root: Path, model: str, digest: str, added: Path, scratch: Path) -> Code:
    commits = _commits(root, added)
    for commit in commits:
        code = Code(scratch / commit, commit)
        git.unpack(root, commit, SOURCES, scratch / commit)
        if _digest(code, model) == digest:
            return code
        shutil.rmtree(scratch / commit, ignore_errors=True)
    raise CodeNotFound(
        f"none of {len(commits)} commits has the code {digest[:16]} that it was trained with",
        place=str(root),
        cure="Fetch the whole history (git fetch --unshallow), or name the checkout that has it.",
    )


def _commits(root: Path, added: Path) -> list[str]:
    if not git.is_work_tree(root):
        return []
    start = git.added_in(root, added) or "HEAD"
    return git.touching(root, SOURCES, start, MOST_COMMITS)


def _digest(code: Code, model: str) -> str | None:
    """What the commit says of itself; None where it has no such model or cannot say."""
    command = [sys.executable, "-c", _ASK, *roots_of(model)]
    done = subprocess.run(
        command, cwd=code.folder, env=code.environ(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None if done.returncode == 0 else None
