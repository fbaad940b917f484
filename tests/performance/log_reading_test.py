"""Reading a log takes memory for one frame, however long the log is."""

from __future__ import annotations

from pathlib import Path

from tests.performance.log_reading import measure


def test_a_log_is_read_in_bounded_memory_and_a_record_is_small(tmp_path: Path) -> None:
    found = measure(tmp_path, records=30_000)
    assert found["records"] == 30_000
    assert found["reader_grew_mb"] < 20
    assert found["bytes_each"] < 500
