"""The repository's own files, as Pants hands them to a test: all that are not ignored."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path.cwd()  # Pants runs a test in the root of its sandbox, which mirrors the build root

_BINARY = {".parquet", ".png", ".onnx", ".skops", ".gz", ".zip", ".ico", ".raw"}
# What a developer's checkout holds beside the tracked files, when the tests run without Pants.
_IGNORED = {
    ".git",
    ".mooring",
    ".pants.d",
    ".pids",
    "__pycache__",
    "dist",
    ".hypothesis",
    ".venv",
    ".ruff_cache",
    ".mypy_cache",
}


def _is_foreign(relative: Path) -> bool:
    """Whether a file is a developer's or the test runner's, which lies beside the tests."""
    return ".pex" in relative.parts[0] or not _IGNORED.isdisjoint(relative.parts)


def files(*patterns: str) -> Iterator[Path]:
    """Yield the files under the root that match any of `patterns`, relative to it."""
    for path in sorted({p for pattern in patterns for p in ROOT.rglob(pattern)}):
        relative = path.relative_to(ROOT)
        if path.is_file() and not _is_foreign(relative):
            yield relative


def texts(*patterns: str) -> Iterator[tuple[Path, str]]:
    """Yield path and content of the text files among `files(*patterns)`."""
    for path in files(*patterns):
        if path.suffix not in _BINARY:
            yield path, (ROOT / path).read_text(encoding="utf-8")
