"""`mooring kernel`: any Jupyter of this machine gets a kernel in which `import mooring` works."""

from __future__ import annotations

from pathlib import Path

from mooring.cli.workspace import Workspace

NAME = "mooring"


def environment(space: Workspace) -> dict[str, str]:
    """What the kernel's process finds set: the checkout's own sources, and its folders.

    The sources and not the packaged copy: that is replaced at every edit, a notebook stays open.
    """
    return {
        "PYTHONPATH": f"{space.root / 'src/python'}:{space.root}",
        "MOORING_ROOT": str(space.root),
        "MOORING_HOME": str(space.home),
    }


def install_kernel(space: Workspace, prefix: Path | None = None) -> Path:
    """Write the kernel where Jupyter looks for a user's kernels, or below `prefix`; its folder.

    It runs this interpreter, which has the libraries of the lock.
    """
    from ipykernel.kernelspec import install

    where = {"user": True} if prefix is None else {"prefix": str(prefix)}
    shown = f"Mooring ({space.root.name})"
    folder = install(kernel_name=NAME, display_name=shown, env=environment(space), **where)
    return Path(folder)
