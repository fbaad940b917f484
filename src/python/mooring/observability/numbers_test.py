from __future__ import annotations

from mooring.observability.boards.every import BOARDS
from mooring.observability.numbers import PAGE, counts, files
from mooring.observability.rules.every import alerts


def test_what_is_there_is_counted() -> None:
    told = dict(counts())
    assert told["dashboards"] == str(len(BOARDS))
    assert told["alerts"].startswith(f"{len(alerts())}: ")
    assert int(told["queries put in the trial"]) > 3 * int(told["queries of panels"])


def test_each_count_is_a_row_of_the_page() -> None:
    rows = [line for line in files()[PAGE].splitlines() if line.startswith("| ")]
    assert rows[1:] == [f"| {what} | {count} |" for what, count in counts()]
