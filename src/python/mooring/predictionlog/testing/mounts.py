"""Small disks for tests: who may mount one, and where nobody else sees it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

OWN_MOUNTS = ("unshare", "--mount", "--propagation", "private")


def may_mount(folder: Path) -> bool:
    """Whether this process may mount a disk on a folder in a mount namespace of its own."""
    if os.geteuid() or not shutil.which("unshare"):
        return False
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return subprocess.run([*OWN_MOUNTS, *mount], capture_output=True, check=False).returncode == 0
