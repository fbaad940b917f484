"""What Pants' `--changed-since` does not see: files that no target owns and every build reads.

Each row says why. What is not here is the graph's: a lock line is seen through its generator, the
root script `mooring` and `build-support/lock` only by the tests that read them, and
`pants.next.toml` by no run that a plan is made for.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from mooring.delivery.plan.change import Change


@dataclass(frozen=True)
class Rule:
    """Paths, as a pattern in which `*` also matches `/`, and why they matter."""

    pattern: str
    reason: str

    def fits(self, path: str) -> bool:
        return fnmatchcase(path, self.pattern)


# A change of any of these needs everything.
GLOBAL = (
    Rule("pants.toml", "Pants' options are an input of every process, and no target owns them"),
    Rule("pants.ci.toml", "Pants' options in continuous integration"),
    Rule(".pants.rc", "Pants reads its options from it as well"),
    Rule(".pants.bootstrap", "Pants sources it before it starts"),
    Rule("pants", "it pins Pants, the pex tool and the interpreter"),
    Rule("3rdparty/python/pants.lock", "Pants itself is installed from it"),
    Rule("build-support/*.py", "macros are part of every BUILD file"),
    Rule("BUILD", "the root's defaults hold for every target"),
    Rule(".gitignore", "Pants does not see what git ignores"),
    Rule("*/.gitignore", "Pants does not see what git ignores"),
    Rule(".gitattributes", "it changes the bytes of other files at checkout"),
    Rule(".gitmodules", "it says which files of another repository are here"),
    Rule(".ci/*", "it installs what the tests run with"),
    Rule(".github/workflows/ci.yml", "it installs what the tests run with"),
    Rule(".github/actions/*", "they install what the tests run with"),
)

GONE = "a deleted or renamed file of code is missed by Pants where it was imported"

# Pants puts pytest's configuration into the sandbox of every test.
PYTEST = tuple(
    Rule(name, "pytest's configuration lies in every test's sandbox")
    for name in ("pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg")
)

# Read by people. A test that reads one as well depends on it, and the graph knows.
DOCUMENTS = ("*.md", "docs/*", "LICENSE", "NOTICE")


def global_reason(change: Change) -> str | None:
    """Why this change needs everything; None where it does not."""
    if change.status == "deleted" and (
        change.name == "BUILD" or change.name.endswith((".py", ".pyi"))
    ):
        return GONE
    return next((rule.reason for rule in GLOBAL if rule.fits(change.path)), None)


def is_document(path: str) -> bool:
    """Whether a file is there to be read by people."""
    return any(fnmatchcase(path, pattern) for pattern in DOCUMENTS)


def speaks_for_folder(change: Change) -> bool:
    """Whether a file says something about all targets of its folder and of those below.

    A BUILD file has defaults and may give a `conftest.py` away; an `__init__.py` is part of every
    module below it, and one that was emptied is no longer a dependency of any.
    """
    return change.name in ("BUILD", "__init__.py", "__init__.pyi")
