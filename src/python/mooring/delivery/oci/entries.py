"""What a layer holds: entries with nothing in them that depends on where or when they were made.

No owner, no time, no umask: a file is executable or it is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal

from mooring.delivery.oci.errors import ImageUnbuildable

FILE_MODE = 0o644
PROGRAM_MODE = 0o755
FOLDER_MODE = 0o755


@dataclass(frozen=True)
class Entry:
    """One path of an image, without its leading slash.

    `content` is a file's bytes, or where they lie; `target` is what a link points to.
    """

    path: str
    kind: Literal["file", "folder", "link"] = "file"
    mode: int = FILE_MODE
    content: bytes | Path = b""
    target: str = ""


def entries_of(
    folder: Path, at: str, *, keep: Callable[[str], bool] = lambda path: True
) -> Iterator[Entry]:
    """Every file and link below `folder`, placed below `at`; `keep` is asked with the path inside
    `folder`. Raises ImageUnbuildable for what no image can hold, such as a socket.
    """
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files) + [name for name in folders if (Path(root) / name).is_symlink()]:
            path = Path(root) / name
            inside = path.relative_to(folder).as_posix()
            if keep(inside):
                yield _entry_of(path, str(PurePosixPath(at, inside)))


def lies_in(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern fits `path` or a folder above it.

    >>> [lies_in(path, ["a", "b/x*"]) for path in ("a", "a/c", "ab", "b/xy/c", "c/a")]
    [True, True, False, True, False]
    """
    above = [path, *map(str, PurePosixPath(path).parents)]
    return any(fnmatchcase(each, pattern) for each in above for pattern in patterns)


def _entry_of(path: Path, at: str) -> Entry:
    if path.is_symlink():
        return Entry(at, "link", 0o777, target=os.readlink(path))
    if not path.is_file():
        raise ImageUnbuildable(
            "it is neither a file, a folder nor a link", place=at, cure="Leave it out of the image."
        )
    executable = path.stat().st_mode & 0o100
    return Entry(at, "file", PROGRAM_MODE if executable else FILE_MODE, path)


def arranged(entries: Iterable[Entry]) -> list[Entry]:
    """The entries in the order of a layer, with the folders that lead to them.

    Raises ImageUnbuildable when two entries claim one path.

    >>> [entry.path for entry in arranged([Entry("opt/b/c"), Entry("opt/a")])]
    ['opt', 'opt/a', 'opt/b', 'opt/b/c']
    """
    placed: dict[str, Entry] = {}
    for entry in entries:
        if placed.setdefault(entry.path, entry) is not entry:
            raise ImageUnbuildable(
                "two entries of a layer have this path", place=entry.path, cure="Drop one of them."
            )
    for parent in {str(each) for path in placed for each in PurePosixPath(path).parents}:
        if parent != ".":
            placed.setdefault(parent, Entry(parent, "folder", FOLDER_MODE))
    return [placed[path] for path in sorted(placed)]
