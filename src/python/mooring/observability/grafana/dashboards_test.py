from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.annotations import events
from mooring.observability.grafana.dashboards import dashboard
from mooring.observability.grafana.description import described, planned_note
from mooring.observability.grafana.ids import panel_id
from mooring.observability.panel import Board, Choice, Column, Panel, Row, Step
from mooring.observability.query import Query, Shape
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.models import MODEL_READY

each_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
NOW = next(m for m in CATALOGUE if not m.planned).name
LATER = replace(MODEL_READY, planned=True)


def made(board: Board) -> dict[str, Any]:
    """The dashboard as it is written."""
    text = JSONEncoder(sort_keys=True).encode(dashboard(board))
    return dict(json.loads(text))


def board_of(*panels: Panel, per_model: bool = True) -> Board:
    return Board("mooring-overview", "X", "About.", (Row("Row", panels),), per_model)


def panel(*queries: Query, **changes: Any) -> Panel:
    blank = Panel("Title", "timeseries", queries, "s", "Shown.", "Flat.", "Act.")
    return replace(blank, **changes)


def drawn(given: Panel) -> dict[str, Any]:
    """A panel as it is written."""
    return dict(made(board_of(given))["panels"][1])


@each_board
def test_a_new_model_needs_no_new_code(board: Board) -> None:
    text = json.dumps(made(board))
    assert set(re.findall(r'model=~?\\?"[^"]*', text)) <= {'model=\\"$model\\'}
    if board.per_model:
        asked = [v["query"] for v in made(board)["templating"]["list"] if v["type"] == "query"]
        assert all(query.startswith("label_values(") for query in asked)


@each_board
def test_variables_follow_the_time_range_and_all_versions_are_shown_first(board: Board) -> None:
    variables = made(board)["templating"]["list"]
    names = [variable["name"] for variable in variables]
    usual = ["datasource", "model", "version"] if board.per_model else ["datasource"]
    assert names == [*usual, *(choice.label for choice in board.choices)]
    assert all(v["refresh"] == 2 for v in variables if v["type"] == "query")
    if board.per_model:
        assert variables[2]["current"]["value"] == "$__all"
        assert variables[2]["allValue"] == ".*"


@each_board
def test_boards_lead_to_each_other_and_keep_variables_and_time(board: Board) -> None:
    (link,) = made(board)["links"]
    assert link["includeVars"]
    assert link["keepTime"]
    assert set(link["tags"]) <= set(made(board)["tags"])


@each_board
def test_what_happened_is_drawn_on_every_board(board: Board) -> None:
    names = [annotation["name"] for annotation in made(board)["annotations"]["list"]]
    assert names == [event.name for event in events(board)]
    assert {"Promotions", "Rollbacks and withdrawals", "Retraining starts"} <= set(names)
    assert {"Drift alarms", "Canary aborts"} <= set(names)


def test_a_threshold_is_a_dashed_red_line_and_a_bound_a_dotted_one() -> None:
    queries = (
        Query("a", "a"),
        Query("b", "b", role="threshold"),
        Query("c", "c", role="bound"),
    )
    overrides = drawn(panel(*queries))["fieldConfig"]["overrides"]
    assert [o["matcher"] for o in overrides] == [
        {"id": "byFrameRefID", "options": "B"},
        {"id": "byFrameRefID", "options": "C"},
    ]
    styles = [{p["id"]: p["value"] for p in o["properties"]} for o in overrides]
    assert [style["custom.lineStyle"]["fill"] for style in styles] == ["dash", "dot"]
    assert styles[0]["color"] == {"mode": "fixed", "fixedColor": "red"}


def test_a_table_shows_its_columns_and_no_others_in_their_order() -> None:
    columns = (Column("model", "Model", opens="mooring-serving"), Column("Value", "Age", "s"))
    table = drawn(panel(Query("a", instant=True, shape="table"), kind="table", columns=columns))
    organised = table["transformations"][1]["options"]
    assert organised["renameByName"] == {"model": "Model", "Value": "Age"}
    assert organised["indexByName"] == {"model": 0, "Value": 1}
    assert organised["excludeByName"] == {"Time": True, "Value #A": True}
    links, unit = (o["properties"][0] for o in table["fieldConfig"]["overrides"])
    assert links["value"][0]["url"].startswith("/d/mooring-serving?var-model=${__value.text}&")
    assert (unit["id"], unit["value"]) == ("unit", "s")


@pytest.mark.parametrize(
    ("shape", "edges", "cells"),
    [
        pytest.param("heatmap", "s", None, id="buckets have the unit on their edges"),
        pytest.param("time_series", None, "s", id="bins have names, and the unit in their cells"),
    ],
)
def test_a_heatmap_has_its_unit(shape: Shape, edges: str | None, cells: str | None) -> None:
    heat = drawn(panel(Query("a", "{{le}}", shape=shape), kind="heatmap"))["options"]
    assert heat["yAxis"].get("unit") == edges
    assert heat.get("cellValues", {}).get("unit") == cells


def test_single_requests_are_shown_where_a_query_asks_for_them() -> None:
    first, second = drawn(panel(Query("a", "a", exemplars=True), Query("b", "b")))["targets"]
    assert first["exemplar"]
    assert "exemplar" not in second


def test_a_panel_is_repeated_for_each_value_of_a_choice() -> None:
    choice = Choice("kind", "Kind", "things")
    repeated = panel(Query('things{kind=~"$kind"}', "{{kind}}"), title="$kind", repeat="kind")
    json = made(replace(board_of(repeated), choices=(choice,)))
    assert json["panels"][1]["repeat"] == "kind"
    variable = json["templating"]["list"][-1]
    assert (variable["query"], variable["multi"]) == ("label_values(things, kind)", True)


def test_states_have_names_and_steps_have_colours() -> None:
    states = panel(
        Query("a", "a"),
        kind="state-timeline",
        states=((0.0, "closed", "green"), (2.0, "open", "red")),
        steps=(Step("green"), Step("red", 2.0)),
    )
    defaults = drawn(states)["fieldConfig"]["defaults"]
    assert defaults["mappings"][0]["options"]["2"]["text"] == "open"
    assert defaults["thresholds"]["steps"][1] == {"color": "red", "value": 2.0}


def test_a_description_says_what_is_planned_by_the_catalogue_alone() -> None:
    catalogue, later = (LATER,), Query(LATER.name)
    assert "planned" not in described(board_of(), panel(Query(NOW)))
    assert "It is planned" in planned_note(panel(later), catalogue)
    partly = planned_note(panel(Query(NOW), later), catalogue)
    assert f"Partly planned: no process exports `{LATER.name}`" in partly


def test_a_title_between_asterisks_leads_to_the_panel_wherever_it_is() -> None:
    serving = BOARDS[1]
    lanes = next(p for p in serving.panels if p.title == "Lanes")
    text = described(board_of(), panel(Query(NOW), action="See *Lanes*."))
    assert f"(/d/mooring-serving?viewPanel={panel_id(serving, lanes)}&" in text
    assert "See *Lanes*." in described(serving, panel(Query(NOW), action="See *Lanes*."))


def test_a_description_that_names_no_panel_is_refused_with_both_names() -> None:
    with pytest.raises(LookupError, match='X: a description names the panel "Lines"'):
        described(board_of(), panel(Query(NOW), action="See *Lines*."))
