"""How many threads a model may use: what the container is granted, not what the host has.

A pool as large as the host inside a small quota is throttled for most of each period: latency
grows tenfold while the CPU looks idle.
"""

from __future__ import annotations

import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
_V2 = "cpu.max"
_V1_QUOTA, _V1_PERIOD = "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"

# Read by OpenMP (scikit-learn) and the BLAS libraries when they are loaded, so they have to stand
# in the environment before the process that loads them starts.
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def available_threads(cgroup: Path = CGROUP) -> int:
    """Threads that this process may keep busy at once."""
    cpus = _usable_cpus()
    v2 = _read(cgroup / _V2)
    if v2 is not None:
        return threads_within(v2, cpus)
    quota, period = _read(cgroup / _V1_QUOTA), _read(cgroup / _V1_PERIOD)
    return threads_within(f"{quota or 'max'} {period or 0}", cpus)


def threads_within(cpu_max: str, cpus: int) -> int:
    """Whole CPUs in a quota written as `cpu.max` is: `"<quota µs or max> <period µs>"`.

    Rounded down, because a thread beyond the quota is paid for by throttling all of them.

    >>> threads_within("150000 100000", 8), threads_within("max 100000", 8)
    (1, 8)
    """
    quota, _, period = cpu_max.strip().partition(" ")
    # Version 1 spells "no quota" as -1; what cannot be parsed is no quota either.
    if not (quota.isdigit() and period.isdigit() and int(period)):
        return max(1, cpus)
    return max(1, min(cpus, int(quota) // int(period)))


def pool_sizes(threads: int) -> dict[str, str]:
    """Environment that holds the native thread pools to `threads`."""
    return dict.fromkeys(POOLS, str(threads))


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None
