"""What may be empty on which panel, for those who ask all queries of a real Prometheus."""

from __future__ import annotations

from dataclasses import dataclass

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.ids import panel_id
from mooring.observability.grafana.targets import lettered
from mooring.observability.planned import is_planned, planned_metrics


@dataclass(frozen=True)
class Expected:
    """Of one panel: whether it is planned as a whole, which queries are, and what emptiness is."""

    title: str
    planned: bool
    planned_queries: frozenset[str]
    empty_when_healthy: bool


def expected() -> dict[tuple[str, int], Expected]:
    """What to expect of each panel, by the uid of its board and its id there."""
    return {
        (board.uid, panel_id(board, panel)): Expected(
            panel.title,
            is_planned(panel),
            frozenset(ref for ref, query in lettered(panel) if planned_metrics(query)),
            panel.empty_when_healthy,
        )
        for board in BOARDS
        for panel in board.panels
    }
