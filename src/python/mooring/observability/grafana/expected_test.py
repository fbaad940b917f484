from __future__ import annotations

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.expected import expected
from mooring.observability.grafana.ids import panel_id, panel_named
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.drift import DRIFT_PSI_CRITICAL

DRIFT = next(board for board in BOARDS if board.uid == "mooring-drift")


def test_every_panel_of_every_board_is_expected_under_its_title() -> None:
    titles = {
        (board.uid, panel_id(board, panel)): panel.title
        for board in BOARDS
        for panel in board.panels
    }
    assert {place: panel.title for place, panel in expected().items()} == titles


def test_what_is_planned_follows_the_catalogue() -> None:
    panel = panel_named(DRIFT, "PSI by feature, of the last window")
    waiting = next(m for m in CATALOGUE if m == DRIFT_PSI_CRITICAL).planned
    found = expected()[(DRIFT.uid, panel_id(DRIFT, panel))]
    assert ("B" in found.planned_queries) == waiting
    assert found.planned == (found.planned_queries == {"A", "B"})


def test_panels_whose_emptiness_is_good_news_say_so() -> None:
    quiet = {panel.title for panel in expected().values() if panel.empty_when_healthy}
    assert {"Firing alerts", "Records that were dropped"} <= quiet
    assert "Requests by route and status" not in quiet
