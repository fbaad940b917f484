"""A PATH that holds what is named and nothing else, for tests of the root scripts."""

import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

POSIX = (
    *(
        "basename",
        "cat",
        "chmod",
        "cksum",
        "cp",
        "cut",
        "date",
        "dirname",
        "env",
        "find",
        "grep",
        "head",
    ),
    *("ln", "mkdir", "mv", "paste", "readlink", "rm", "sed", "sh", "touch", "tr", "uname"),
)


def toolbox(folder: Path, links: dict[str, Path] | None = None) -> Path:
    """Make `folder` a PATH of the POSIX tools and `links`."""
    folder.mkdir(parents=True)
    for tool in POSIX:
        found = shutil.which(tool)
        assert found, f"{tool} is not on this machine"
        (folder / tool).symlink_to(found)
    for name, target in (links or {}).items():
        (folder / name).symlink_to(target)
    return folder


def script(path: Path, lines: Sequence[str]) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", "set -eu", *lines, "")))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
