"""Small git checkouts, with a script in the place of `./pants` that answers what it is told to."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Answers `peek` and `list`, filtered or not, from files, and writes down how it was called.
_PANTS = """\
#!/bin/sh
echo "$*" >>asked
env >asked.env
case "$*" in
  *--filter-address-regex*) cat answers/packages ;;
  *peek*) cat answers/peek ;;
  *--changed-since*) cat answers/selection ;;
  *) cat answers/tests ;;
esac
"""

_NO_CONFIGURATION = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True)
class Checkout:
    """A git work tree."""

    root: Path

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=someone", "-c", "user.email=someone@localhost")
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.root,
            env={**os.environ, **_NO_CONFIGURATION},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, path: str, content: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    def commit(self, **files: str) -> str:
        """Commit everything, and `files` whose names have `_` for `.`; the commit's id."""
        for name, content in files.items():
            self.write(name.replace("_", "."), content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "Change")
        return self.git("rev-parse", "HEAD")

    def asked(self) -> list[str]:
        """The command lines that the stand-in for Pants was called with."""
        file = self.root / "asked"
        return file.read_text().splitlines() if file.exists() else []


def new_checkout(root: Path) -> Checkout:
    """A repository with a `pants.toml` and one commit."""
    root.mkdir(parents=True)
    made = Checkout(root)
    made.git("init", "--quiet", "--initial-branch=main")
    made.commit(pants_toml="[python]\n", a_py="A = 1\n")
    return made


def give_pants(
    checkout: Checkout,
    peek: Sequence[Mapping[str, Any]] = (),
    selection: Sequence[str] = (),
    tests: Sequence[str] = (),
    packages: Sequence[Mapping[str, Any]] = (),
    script: str = _PANTS,
) -> None:
    """Put a script in the place of Pants, and what it answers, where git does not look."""
    checkout.write(".git/info/exclude", "/pants\n/answers/\n/asked*\n")
    checkout.write("pants", script)
    (checkout.root / "pants").chmod(0o755)
    for name, peeked in (("peek", peek), ("packages", packages)):
        checkout.write(f"answers/{name}", json.dumps(list(peeked)))
    for name, lines in (("selection", selection), ("tests", tests)):
        checkout.write(f"answers/{name}", "".join(f"{line}\n" for line in lines))
