from __future__ import annotations

from dataclasses import replace

import pytest

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.ids import panel_id, panel_named, row_id
from mooring.observability.panel import Board

each_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)


@each_board
def test_panels_and_rows_of_a_board_have_ids_of_their_own(board: Board) -> None:
    ids = [panel_id(board, panel) for panel in board.panels]
    ids += [row_id(board, row) for row in board.rows]
    assert len(set(ids)) == len(ids)
    assert min(ids) > 0


@each_board
def test_a_panel_keeps_its_id_when_it_moves(board: Board) -> None:
    moved = replace(board, rows=tuple(reversed(board.rows)))
    for panel in board.panels:
        assert panel_id(moved, panel) == panel_id(board, panel)


def test_the_ids_are_those_that_links_were_given() -> None:
    # Bookmarks and sent alerts hold them: another rule would break all of them.
    board = BOARDS[0]
    assert panel_id(board, panel_named(board, "Burn rate of the error budget")) == 46353


def test_a_panel_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        panel_named(BOARDS[0], "No such panel")
