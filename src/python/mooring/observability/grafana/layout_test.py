from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.layout import Place, placed
from mooring.observability.panel import COLUMNS, Board, Panel, Row
from mooring.observability.query import Query


def panel(size: tuple[int, int]) -> Panel:
    width, height = size
    query = (Query("up"),)
    return Panel("Title", "stat", query, "none", "Shown.", "", "", width=width, height=height)


sizes = st.tuples(st.integers(1, COLUMNS), st.integers(1, 12))
rows = st.lists(sizes, min_size=1, max_size=8).map(lambda row: Row("Row", tuple(map(panel, row))))


@settings(max_examples=50)
@given(st.lists(rows, max_size=5))
def test_whatever_their_sizes_panels_lie_within_the_columns_and_on_nobody(rows: list[Row]) -> None:
    places = everything(Board("mooring-x", "X", "", tuple(rows)))
    for place in places:
        assert place.x >= 0
        assert place.x + place.width <= COLUMNS
    for one, other in combinations(places, 2):
        assert not overlap(one, other)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_line_of_a_board_is_full_and_even(board: Board) -> None:
    for row in placed(board):
        for top in {place.y for _, place in row.panels}:
            line = [place for _, place in row.panels if place.y == top]
            assert sum(place.width for place in line) == COLUMNS, (row.row.title, line)
            assert len({place.height for place in line}) == 1, (row.row.title, line)


def test_rows_follow_each_other_without_a_gap() -> None:
    tall, short = Row("Tall", (panel((24, 9)),)), Row("Short", (panel((12, 4)), panel((12, 6))))
    board = placed(Board("mooring-x", "X", "", (tall, short, tall)))
    assert [row.heading.y for row in board] == [0, 10, 17]


def everything(board: Board) -> list[Place]:
    return [
        place
        for row in placed(board)
        for place in (row.heading, *(place for _, place in row.panels))
    ]


def overlap(one: Place, other: Place) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    apart = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (beside or apart)
