"""Rules for how panels lie on a dashboard, and how each is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from mooring.observability.lint.document import BoardJson, PanelJson
from mooring.observability.lint.finding import Flaw
from mooring.observability.panel import COLUMNS

Rectangle = tuple[int, int, int, int]
Placed = tuple[PanelJson, Flaw]


def panel_ids(board: BoardJson) -> Iterator[Placed]:
    """Each panel has an id of its own, above 0: links name it."""
    count = Counter(panel.json.get("id") for panel in board.panels)
    for panel in board.panels:
        known = panel.json.get("id")
        if not isinstance(known, int) or known < 1 or count[known] > 1:
            yield panel, Flaw("its id is no number of its own above 0", "Give it another id.")


def panel_titles(board: BoardJson) -> Iterator[Placed]:
    """Each panel that shows data has a title of its own: alerts name it."""
    shown = [panel for panel in board.panels if panel.shows_data]
    count = Counter(panel.title for panel in shown)
    for panel in shown:
        if count[panel.title] > 1:
            yield panel, Flaw("another panel has its title", "Say in the title what differs.")


def within_the_grid(board: BoardJson) -> Iterator[Placed]:
    """Every panel has a size and lies within the columns."""
    for panel in board.panels:
        x, y, width, height = rectangle(panel)
        if min(x, y) < 0 or min(width, height) < 1 or x + width > COLUMNS:
            yield (
                panel,
                Flaw(
                    f"it lies at x={x}, y={y} with w={width}, h={height}, outside the grid",
                    f"Keep x + w within {COLUMNS} columns, and sizes above 0.",
                ),
            )


def no_overlaps(board: BoardJson) -> Iterator[Placed]:
    """No panel lies on another."""
    for one, other in combinations(_open(board), 2):
        if _overlap(rectangle(one), rectangle(other)):
            yield other, Flaw(f"it lies on {one.place}", "Move one of the two.")


def rectangle(panel: PanelJson) -> Rectangle:
    """x, y, width and height; 0 where they are missing or no numbers."""
    given = panel.json.get("gridPos") or {}
    x, y, width, height = (given.get(key) for key in ("x", "y", "w", "h"))
    return _number(x), _number(y), _number(width), _number(height)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _open(board: BoardJson) -> tuple[PanelJson, ...]:
    """Panels that are seen at once: those of a closed row lie below it when it is opened."""
    return tuple(PanelJson(board, json) for json in board.json.get("panels", ()))


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    beside = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
    apart = one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
    return not (beside or apart)


LAYOUT_RULES = {
    "panel-id-rule": panel_ids,
    "panel-title-unique-rule": panel_titles,
    "panel-grid-rule": within_the_grid,
    "panel-overlap-rule": no_overlaps,
}
