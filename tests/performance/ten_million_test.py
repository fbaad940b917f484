"""Ten million generated rows are ingested and validated within a gibibyte and a half."""

from __future__ import annotations

from pathlib import Path

from tests.performance.measure import measure
from tests.performance.voyages import BATCH, BENT

ROWS = 10_000_000
# Measured: see docs/data.md.
MOST_MIB = 1_536


def test_ten_million_rows_are_ingested_and_validated_in_bounded_memory(tmp_path: Path) -> None:
    table, data = tmp_path / "table", tmp_path / "data"
    measure("make", table, ROWS)
    made = measure("ingest", table, data)
    checked = measure("validate", table, data)
    bad = len(BENT) * ROWS // BATCH
    assert (made["rows"], made["quarantined"]) == (ROWS - bad, bad)
    assert (checked["rows"], checked["sound"]) == (ROWS - bad, True)
    assert max(made["peak_mib"], checked["peak_mib"]) < MOST_MIB
