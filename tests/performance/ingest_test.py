"""Four times the rows are ingested and validated in about the same memory: the small version."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.performance.measure import measure
from tests.performance.voyages import BATCH, BENT

ROWS = 2 * BATCH
# So that the small table is spilled and merged as a large one is.
RUN_BYTES = 4 * 2**20


@pytest.mark.skipif(
    not os.path.exists("/proc/self/status"), reason="peak memory is read from /proc"
)
def test_four_times_the_rows_take_about_the_same_memory(tmp_path: Path) -> None:
    peaks = {}
    for rows in (ROWS, 4 * ROWS):
        folder = tmp_path / str(rows)
        table, data = folder / "table", folder / "data"
        measure("make", table, rows)
        made = measure("ingest", table, data, RUN_BYTES)
        checked = measure("validate", table, data, RUN_BYTES)
        bad = len(BENT) * rows // BATCH
        assert (made["rows"], made["quarantined"]) == (rows - bad, bad)
        assert (checked["rows"], checked["sound"]) == (rows - bad, True)
        peaks[rows] = (made["peak_mib"], checked["peak_mib"])
    # Held at once, which is what runs of 64 MiB make of them, they take 450 and 240 MiB more.
    for small, large in zip(peaks[ROWS], peaks[4 * ROWS], strict=True):
        assert large - small < 120
