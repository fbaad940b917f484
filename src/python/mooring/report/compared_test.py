from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mooring.report.compared import compared
from mooring.report.conftest import ROWS, SECOND, Seen
from mooring.report.errors import PeerFailed
from mooring.report.facts import Span


def test_the_newest_window_stands_beside_the_first_days_where_there_is_no_dataset(
    seen: Seen, tmp_path: Path
) -> None:
    facts = seen.facts()
    assert facts.champion is not None
    assert facts.distributions is not None
    window = facts.distributions.window
    found = compared(facts.champion, window, seen.sources.tables, tmp_path / "none")
    assert (len(found.reference), len(found.window)) == (7 * ROWS, 7 * ROWS)
    assert found.of == "the first days that were logged"
    assert "rider" not in found.window.columns
    assert found.window["distance"].mean() > 100 * found.reference["distance"].mean()  # type: ignore[operator]


def test_a_window_without_any_day_before_it_has_nothing_to_stand_beside(
    seen: Seen, tmp_path: Path
) -> None:
    facts = seen.facts(Span(until=SECOND - timedelta(days=1)))
    assert facts.champion is not None
    assert facts.distributions is not None
    window = facts.distributions.window
    with pytest.raises(PeerFailed, match="no rows to compare"):
        compared(facts.champion, window, seen.sources.tables, tmp_path / "none")
