from __future__ import annotations

from typing import Any

from mooring.observability.pictures.repeats import repeated, rows_of, unfolded


def _panel(identity: int, y: int, **more: Any) -> dict[str, Any]:
    return {"id": identity, "gridPos": {"x": 0, "y": y, "w": 24, "h": 9}, **more}


DASHBOARD = {
    "panels": [
        _panel(1, 0),
        _panel(
            2, 9, repeat="measure", maxPerRow=2, title="$measure", targets=[{"expr": "$measure"}]
        ),
        _panel(3, 18),
    ]
}


def _places(dashboard: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    grids = [panel["gridPos"] for panel in dashboard["panels"]]
    return [(grid["x"], grid["y"], grid["w"], grid["h"]) for grid in grids]


def test_a_panel_is_there_for_each_value_side_by_side_and_what_follows_moves_down() -> None:
    made = unfolded(DASHBOARD, {"measure": ["auc", "brier", "ece"]})
    assert _places(made) == [
        (0, 0, 24, 9),
        (0, 9, 12, 9),
        (12, 9, 12, 9),
        (0, 18, 12, 9),
        (0, 27, 24, 9),
    ]
    assert [panel.get("title") for panel in made["panels"]] == [None, "auc", "brier", "ece", None]
    assert made["panels"][3]["targets"] == [{"expr": "ece"}]
    assert len({panel["id"] for panel in made["panels"]}) == 5


def test_without_repeats_a_dashboard_stays_as_it_is() -> None:
    plain = {"panels": [_panel(1, 0), _panel(3, 9)]}
    assert unfolded(plain, {}) == plain
    assert repeated(plain) == set()
    assert repeated(DASHBOARD) == {"measure"}


def test_some_rows_move_up_and_without_a_choice_all_stay() -> None:
    rows = {
        "panels": [
            {
                "id": 1,
                "type": "row",
                "title": "first",
                "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1},
            },
            _panel(2, 1, type="stat"),
            {
                "id": 3,
                "type": "row",
                "title": "last",
                "gridPos": {"x": 0, "y": 10, "w": 24, "h": 1},
            },
            _panel(4, 11, type="stat"),
        ]
    }
    assert rows_of(rows, ()) == rows
    made = rows_of(rows, ("last",))
    assert [panel["id"] for panel in made["panels"]] == [3, 4]
    assert [y for _, y, _, _ in _places(made)] == [0, 1]
