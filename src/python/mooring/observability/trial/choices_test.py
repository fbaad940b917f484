from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from mooring.observability.trial.asked import Dashboard, read
from mooring.observability.trial.choices import choices, filled, intervals
from mooring.observability.trial.clock import Window

LAST_HOUR = Window(0.0, 3_600.0, 15.0)

KNOWN = {"model": ("flight_delay", "flight_time"), "version": ("1", "2.0")}

MODEL = {"name": "model", "type": "query", "query": "label_values(mooring_model_info, model)"}
VERSION = {
    "name": "version",
    "type": "query",
    "query": {"query": 'label_values(mooring_model_info{model="$model"}, version)'},
    "includeAll": True,
    "multi": True,
}


def board(*variables: dict[str, Any], **more: Any) -> Dashboard:
    return read(json.dumps({"uid": "u", "title": "T", "templating": {"list": variables}, **more}))


def values(label: str, match: str) -> Sequence[str]:
    return KNOWN.get(label, ())


def chosen(*variables: dict[str, Any]) -> list[dict[str, str]]:
    own = [variable["name"] for variable in variables]
    return [{name: c[name] for name in own} for c in choices(board(*variables), LAST_HOUR, values)]


def test_a_board_without_variables_is_asked_once() -> None:
    assert list(choices(board(), LAST_HOUR, values)) == [intervals(LAST_HOUR)]


def test_each_value_of_a_variable_that_takes_one() -> None:
    assert chosen(MODEL) == [{"model": "flight_delay"}, {"model": "flight_time"}]


def test_all_and_one_value_of_a_variable_that_takes_several_as_a_regular_expression() -> None:
    assert chosen(VERSION | {"query": "label_values(version)"}) == [
        {"version": r"(1|2\.0)"},
        {"version": "1"},
    ]


def test_what_a_variable_says_for_all() -> None:
    versions = VERSION | {"query": "label_values(version)", "allValue": ".+"}
    assert chosen(versions)[0] == {"version": ".+"}


def test_a_variable_may_ask_with_another() -> None:
    asked = []

    def noted(label: str, match: str) -> Sequence[str]:
        asked.append(match)
        return values(label, match)

    assert len(list(choices(board(MODEL, VERSION), LAST_HOUR, noted))) == 4
    assert 'mooring_model_info{model="flight_time"}' in asked


def test_a_variable_without_values_leaves_no_choice() -> None:
    assert chosen(MODEL | {"query": "label_values(mooring_model_info, modell)"}) == []


def test_the_data_source_is_what_the_board_says() -> None:
    source = {"name": "datasource", "type": "datasource", "query": "prometheus", "current": {}}
    assert chosen(source) == [{"datasource": "prometheus"}]


@pytest.mark.parametrize("text", ["$a", "${a}", "${a:regex}"])
def test_all_spellings_of_a_variable(text: str) -> None:
    assert filled(f"x{text}", {"a": "1"}) == "x1"


def test_a_rate_is_over_four_scrapes_and_a_range_over_all() -> None:
    said = intervals(LAST_HOUR)
    assert filled("rate(a[$__rate_interval]) + ${__range_s}", said) == "rate(a[60s]) + 3600"


def test_an_unknown_variable_is_named() -> None:
    with pytest.raises(KeyError, match="modle"):
        filled("up{model='$modle'}", {"model": "a"})


def test_panels_in_a_closed_row_are_read_and_headings_ask_nothing() -> None:
    target = {"refId": "B", "expr": "up", "instant": True}
    inner = {"id": 2, "title": "Up", "targets": [target]}
    (query,) = board(panels=[{"id": 1, "type": "row", "panels": [inner]}]).queries
    assert query.place == 'panel "Up" (id 2), query B'
    assert (query.expr, query.instant, query.panel) == ("up", True, 2)


def test_annotations_are_read_but_for_the_one_that_is_built_in() -> None:
    built_in = {"name": "Annotations & Alerts", "builtIn": 1}
    listed = [built_in, {"name": "Promotions", "target": {"expr": "changes(x[1m])"}}]
    (query,) = board(annotations={"list": listed}).annotations
    assert (query.place, query.expr) == ('annotation "Promotions"', "changes(x[1m])")
