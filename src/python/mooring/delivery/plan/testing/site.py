"""Where the oracle's edits happen, and what each needs to do its own.

Every edit leaves bytes that were never there: what the cache has seen before is not run again, and
would look unneeded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from mooring.delivery.plan.testing.repository import Repository


@dataclass(frozen=True)
class Site:
    """Where an edit happens: the repository, chance, and a number that no other edit has."""

    repository: Repository
    random: Random
    number: int

    def files(self, *patterns: str) -> list[str]:
        """Tracked files that match, sorted, but for those of the edit's own doing."""
        return self.repository.git("ls-files", "--", *patterns).splitlines()

    def pick(self, paths: Sequence[str]) -> str:
        return self.random.choice(sorted(paths))

    def source(self) -> str:
        found = self.files(
            "*.py", ":!*_test.py", ":!*conftest.py", ":!*/__init__.py", ":!build-support"
        )
        return self.pick([path for path in found if "/testing/" not in path])

    def append(self, path: str, text: str) -> str:
        self.repository.write(path, self.repository.read(path) + text)
        return path

    def replace(self, path: str, old: str, new: str) -> str:
        text = self.repository.read(path)
        self.repository.write(path, text.replace(old, new))
        return path

    def write(self, path: str, text: str) -> str:
        self.repository.write(path, text)
        return path

    def remove(self, path: str) -> str:
        (self.repository.root / path).unlink()
        return path

    def move(self, old: str, new: str) -> str:
        text = self.repository.read(old)
        self.remove(old)
        self.write(new, text)
        return f"{old} to {new}"


Edit = Callable[[Site], str]
