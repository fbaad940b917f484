"""`mooring kernel`: any Jupyter of this machine gets a kernel in which `import mooring` works."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from mooring.cli.workspace import Workspace

NAME = "mooring"


def kernel_spec(space: Workspace) -> dict[str, Any]:
    """How Jupyter starts the kernel: this interpreter, the checkout's own sources, its folders.

    The sources and not the packaged copy: that is replaced at every edit, a notebook stays open.
    """
    path = f"{space.root / 'src/python'}:{space.root}"
    return {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": f"Mooring ({space.root.name})",
        "language": "python",
        "env": {
            "PYTHONPATH": path,
            "MOORING_ROOT": str(space.root),
            "MOORING_HOME": str(space.home),
        },
    }


def install_kernel(space: Workspace, prefix: Path | None = None) -> Path:
    """Write the kernel where Jupyter looks for a user's kernels, or below `prefix`; its folder."""
    from jupyter_client.kernelspec import KernelSpecManager

    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "kernel.json"
        spec.write_text(json.dumps(kernel_spec(space), indent=2) + "\n")
        Path(folder).chmod(0o755)
        installed = KernelSpecManager().install_kernel_spec(
            folder, NAME, user=prefix is None, prefix=str(prefix) if prefix else None
        )
    return Path(installed)
