"""Evidently's real package makes its page of rows of ours, and a browser opens it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl

from mooring.monitor.judging.testing.rides import FIRST, Rides, contract
from mooring.observability.programs import CHROMIUM
from mooring.observability.testing.programs import path_or_skip
from mooring.report.peer.beside import Compared, columns_of, program_in, write_evidently
from mooring.report.testing.browser import shown


def test_it_writes_a_page_that_a_browser_opens(tmp_path: Path) -> None:
    rides = Rides(rows=200)
    reference = rides.reference(5)
    then, now = (
        columns_of(contract(), reference, pl.concat(rides.days(first, 5)))
        for first in (FIRST, FIRST + timedelta(days=5))
    )
    page = tmp_path / "page.html"
    write_evidently(Compared(then, now, "earlier days"), page, program_in([Path()]))
    assert "distance" in page.read_text()
    found = shown(path_or_skip(CHROMIUM), page, tmp_path / "profile")
    assert [line for line in found.console if "Uncaught" in line] == []
