"""What `slo.toml` may say, and what it is told when it says something else."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mooring.observability.rules.objectives import Links
from mooring.observability.rules.slo import InvalidObjectives, promises, read

SOUND = """
[links]
runbooks = "https://docs.example/runbooks/"
boards = "https://grafana.example"

[availability]
objective = 0.999
period = "30d"
least_bad = 10
metric = "mooring_gateway_requests_total"
events = {code = ["2xx", "5xx"], route = ["/a.b", "/c"]}
bad = {code = ["5xx"]}

[latency]
objective = 0.99
period = "30d"
least_bad = 10
metric = "mooring_gateway_request_duration_seconds"
slower_than = 0.1
"""


def test_what_is_promised_is_read() -> None:
    promised = promises(tomllib.loads(SOUND))
    counted, timed = promised.objectives

    assert promised.links == Links("https://docs.example/runbooks", "https://grafana.example")
    assert (counted.name, counted.objective, counted.period) == ("availability", 0.999, "30d")
    assert counted.bad_in("5m", "rate") == (
        '(sum(rate(mooring_gateway_requests_total{code="5xx",route=~"/a\\\\.b|/c"}[5m]))'
        " or vector(0))"
    )
    assert timed.bad_in("1h", "increase") == (
        "(sum(increase(mooring_gateway_request_duration_seconds_count[1h]))"
        ' - sum(increase(mooring_gateway_request_duration_seconds_bucket{le="0.1"}[1h])))'
    )


def _without(table: str, key: str) -> dict[str, Any]:
    document = tomllib.loads(SOUND)
    del document[table][key]
    return document


def _with(table: str, key: str, value: object) -> dict[str, Any]:
    document = tomllib.loads(SOUND)
    document[table][key] = value
    return document


BAD = [
    pytest.param(_without("links", "boards"), "links.boards", "missing", id="no address of boards"),
    pytest.param(_with("links", "runbooks", "docs/"), "links.runbooks", "no address", id="a path"),
    pytest.param(_with("links", "x", 1), "links.x", "nothing is known", id="an unknown link"),
    pytest.param(
        _without("latency", "slower_than"), "latency.slower_than", "missing", id="no bound"
    ),
    pytest.param(
        _with("latency", "slower_than", 0.2), "latency.slower_than", "no edge", id="between edges"
    ),
    pytest.param(
        _with("latency", "slower_than", "0.1"), "latency.slower_than", "no edge", id="a text"
    ),
    pytest.param(
        _with("availability", "slower_than", 0.1),
        "availability.slower_than",
        "nothing is known",
        id="a bound of a counter",
    ),
    pytest.param(
        _with("availability", "metric", "mooring_requests_total"),
        "availability.metric",
        "no metric of the catalogue",
        id="a metric that was renamed",
    ),
    pytest.param(
        _with("availability", "metric", "mooring_gateway_keys"),
        "availability.metric",
        "a gauge counts no events",
        id="a gauge",
    ),
    pytest.param(
        _with("availability", "objective", 1), "availability.objective", "no share", id="always"
    ),
    pytest.param(
        _with("availability", "objective", 99.9), "availability.objective", "no share", id="percent"
    ),
    pytest.param(
        _with("availability", "period", "7d"), "availability.period", "no period", id="a week"
    ),
    pytest.param(
        _with("availability", "period", 30), "availability.period", "no period", id="a number"
    ),
    pytest.param(
        _with("availability", "least_bad", 1), "availability.least_bad", "no number", id="one"
    ),
    pytest.param(
        _with("availability", "least_bad", True), "availability.least_bad", "no number", id="true"
    ),
    pytest.param(
        _without("availability", "bad"), "availability.bad", "which events", id="nothing is bad"
    ),
    pytest.param(
        _with("availability", "bad", {"status": ["5xx"]}),
        "availability.bad.status",
        "no such label",
        id="a label misspelt",
    ),
    pytest.param(
        _with("availability", "bad", {"code": ["500"]}),
        "availability.bad.code",
        "no such value",
        id="a value that the catalogue does not list",
    ),
    pytest.param(
        _with("availability", "events", {"code": "2xx"}),
        "availability.events.code",
        "no list of texts",
        id="a text where a list belongs",
    ),
    pytest.param(
        _with("availability", "bad", "5xx"), "availability.bad", "no table", id="no table"
    ),
    pytest.param({"links": tomllib.loads(SOUND)["links"]}, "", "promises nothing", id="no promise"),
    pytest.param({"availability": {}}, "links", "no such table", id="no links"),
    pytest.param(
        tomllib.loads(SOUND) | {"Uptime": {}}, "Uptime", "becomes a label", id="a capital letter"
    ),
]


@pytest.mark.parametrize(("document", "key", "problem"), BAD)
def test_a_mistake_is_told_with_file_key_and_cure(
    document: dict[str, Any], key: str, problem: str
) -> None:
    with pytest.raises(InvalidObjectives, match=problem) as told:
        promises(document)

    assert told.value.place == (f"deploy/slo.toml, {key}" if key else "deploy/slo.toml")
    assert told.value.cure


def test_a_file_that_is_no_toml_is_told_by_line_and_never_repeated(tmp_path: Path) -> None:
    path = tmp_path / "slo.toml"
    path.write_text('[links]\nboards = "https://name:secret@\n')

    with pytest.raises(InvalidObjectives, match="line 2") as told:
        read(path)

    assert "secret" not in str(told.value)


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidObjectives, match="no such file"):
        read(tmp_path / "slo.toml")
