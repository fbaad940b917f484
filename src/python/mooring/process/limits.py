"""A hard limit on a process's memory that needs neither root nor a cgroup.

RLIMIT_DATA counts, since Linux 4.7, what a process may write and shares with nobody: heap,
anonymous maps, thread pools' arenas, whether touched or not. Not counted: its stack, and files
that are mapped read-only, such as the code of libraries. An allocation beyond it fails in the
process that asks, which therefore ends or says so, and nobody else is hurt. Each process of a tree
has the limit to itself.

RLIMIT_AS, the better known one, counts address space that costs nothing: of a BentoML worker with
ONNX Runtime 434 MB, of which 181 MB are data and 137 MB resident (measured with 1.4.39).
"""

from __future__ import annotations

import sys

MIB = 1_048_576


def memory_is_limitable() -> bool:
    """Whether `limit_memory` does anything here: elsewhere RLIMIT_DATA misses what malloc maps."""
    return sys.platform == "linux"


def limit_memory(mb: float) -> None:
    """Limit this process, and all that it starts, to `mb` MiB of private writable memory each."""
    if not memory_is_limitable():
        return
    import resource

    limit = int(mb * MIB)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
