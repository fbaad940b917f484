"""Progress in a log: some lines, not one per batch."""

from __future__ import annotations

from mooring.cli.console import paced


def test_a_log_hears_of_progress_no_more_often_than_said() -> None:
    told: list[str] = []
    times = iter([0.0, 3.0, 9.9, 10.0, 10.0, 19.0, 25.0, 25.0])
    tell = paced(told.append, 10.0, lambda: next(times))
    for far in ("at 3", "at 9.9", "at 10", "at 19", "at 25"):
        tell(far)
    assert told == ["at 10", "at 25"]
