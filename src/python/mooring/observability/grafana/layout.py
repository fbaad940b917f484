"""Where panels lie: from left to right, wrapped at 24 columns, each row below the one before."""

from __future__ import annotations

from dataclasses import dataclass

from mooring.observability.panel import COLUMNS, Board, Panel, Row

# A row's heading is one unit high.
_HEADING = 1


@dataclass(frozen=True)
class Place:
    """A rectangle of the grid, in columns and units of height."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Placed:
    """A row with its heading's place, and its panels with theirs."""

    row: Row
    heading: Place
    panels: tuple[tuple[Panel, Place], ...]


def placed(board: Board) -> tuple[Placed, ...]:
    """The rows of `board` with their places."""
    rows, top = [], 0
    for row in board.rows:
        panels = _wrapped(row.panels, top + _HEADING)
        rows.append(Placed(row, Place(0, top, COLUMNS, _HEADING), panels))
        top = max(place.y + place.height for _, place in panels)
    return tuple(rows)


def _wrapped(panels: tuple[Panel, ...], top: int) -> tuple[tuple[Panel, Place], ...]:
    places, x, y, tallest = [], 0, top, 0
    for panel in panels:
        if x + panel.width > COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        places.append((panel, Place(x, y, panel.width, panel.height)))
        x, tallest = x + panel.width, max(tallest, panel.height)
    return tuple(places)
