"""Two million predictions: each is taken over and joined once, in bounded memory."""

from __future__ import annotations

from pathlib import Path

from tests.performance.monitor_tables import measure

RECORDS = 2_000_000

# Ten million took 757 MB: 440 for a pass over 450,000, some that allocators kept, and what the
# sorting of a day's parts takes, which is bounded by their rows.
MOST_MB = 1_000


def test_memory_is_bounded_and_every_row_is_there_once(tmp_path: Path) -> None:
    found = measure(tmp_path, RECORDS)
    assert found["predictions"] == found["joined_rows"] == RECORDS
    assert found["labels"] == found["joined_labels"] == RECORDS // 10
    assert found["peak_mb"] < MOST_MB
