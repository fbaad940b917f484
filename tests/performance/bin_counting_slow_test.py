"""Counting rows in bins takes at most 3 % of a service's throughput; wants a quiet machine."""

from __future__ import annotations

from pathlib import Path

from tests.performance.bin_counting import OFF, ON, ratio, run


def test_counting_costs_at_most_three_hundredths_of_the_throughput(tmp_path: Path) -> None:
    found = run(tmp_path, boots=3, rounds=320)
    for size, cells in found.items():
        more, error = ratio(cells[ON].cpu, cells[OFF].cpu)
        assert more <= 1.03, f"{size} rows a request: {more:.3f} ± {error:.3f}"
