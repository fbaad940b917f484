"""Ids of panels: the same for as long as board and title are, wherever the panel moves."""

from __future__ import annotations

from zlib import crc32

from mooring.observability.panel import Board, Panel, Row

# Five digits at most, which read well in links; that none meets another is tested.
_MOST = 99_999


def panel_id(board: Board, panel: Panel) -> int:
    """The id of a panel, by which links lead to it (`viewPanel=`)."""
    return _id(board.uid, "panel", panel.title)


def row_id(board: Board, row: Row) -> int:
    """The id of a row, which Grafana counts among the panels."""
    return _id(board.uid, "row", row.title)


def panel_named(board: Board, title: str) -> Panel:
    """The panel with this title. Raises KeyError."""
    return {panel.title: panel for panel in board.panels}[title]


def _id(*parts: str) -> int:
    return crc32("\n".join(parts).encode()) % _MOST + 1
