"""Six hundred thousand rows: each is counted once, every window judged, in bounded memory."""

from __future__ import annotations

from pathlib import Path

from tests.performance.monitor_looks import measure

RECORDS = 600_000

MOST_MB = 1_000


def test_every_row_is_counted_once_in_bounded_memory(tmp_path: Path) -> None:
    found = measure(tmp_path, RECORDS)
    assert found["predictions"] == RECORDS
    # Of thirty days, the first of which is not whole: four windows, of which three have matured.
    assert found["windows_and_cohorts"] == 7
    assert found["peak_mb"] < MOST_MB
