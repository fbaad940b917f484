from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.serving.threads import available_threads, pool_sizes, threads_within


@pytest.mark.parametrize(
    ("cpu_max", "cpus", "threads"),
    [
        pytest.param("max 100000", 8, 8, id="no quota is every usable CPU"),
        pytest.param("200000 100000", 8, 2, id="a quota of two CPUs"),
        pytest.param("150000 100000", 8, 1, id="one and a half is rounded down"),
        pytest.param("50000 100000", 8, 1, id="half a CPU is still one thread"),
        pytest.param("1600000 100000", 8, 8, id="a quota beyond the CPUs"),
        pytest.param("-1 100000", 8, 8, id="version 1 spells no quota as -1"),
        pytest.param("", 8, 8, id="nothing to read"),
        pytest.param("100000 0", 8, 8, id="a period of zero is nonsense"),
    ],
)
def test_threads_follow_the_quota(cpu_max: str, cpus: int, threads: int) -> None:
    assert threads_within(cpu_max, cpus) == threads


@given(st.text(), st.integers(-1, 512))
def test_whatever_the_file_holds_there_is_a_thread(cpu_max: str, cpus: int) -> None:
    assert 1 <= threads_within(cpu_max, cpus) <= max(1, cpus)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"cpu.max": "100000 100000\n"}, id="cgroup version 2"),
        pytest.param(
            {"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"},
            id="cgroup version 1",
        ),
    ],
)
def test_the_quota_is_read_from_the_cgroup(tmp_path: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert available_threads(tmp_path) == 1


def test_without_a_cgroup_the_usable_cpus_count(tmp_path: Path) -> None:
    assert available_threads(tmp_path) == threads_within("max", available_threads(tmp_path)) >= 1


def test_every_native_pool_is_held_to_the_threads() -> None:
    assert set(pool_sizes(3).values()) == {"3"}
    assert "OMP_NUM_THREADS" in pool_sizes(3)
