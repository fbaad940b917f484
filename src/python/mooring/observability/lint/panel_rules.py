"""Rules for one panel: what it says of itself, what it asks, and how its series are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import promql_parser as promql

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.carried import Carried, carried
from mooring.observability.lint.document import Json, PanelJson, legend_of
from mooring.observability.lint.field_rules import fields_exist, known_unit
from mooring.observability.lint.finding import Flaw
from mooring.observability.lint.promql import nodes
from mooring.observability.lint.variables import RANGE, RATE_INTERVAL, named
from mooring.observability.lint.vocabulary import Vocabulary

PanelRule = Callable[[PanelJson, Vocabulary], Iterator[Flaw]]

DATASOURCE = "${datasource}"
# How a description goes on after it has said what is shown: what is normal, what to do.
PARTS = ("**Normal:**", "**Otherwise:**")
# By these a panel says that nobody exports its metrics, or some of them, yet.
PLANNED = ("It is planned", "Partly planned")
# Shapes in which a label is a column or an axis, and needs no name in a legend.
_UNNAMED = ("table", "heatmap")


def title_and_description(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """A title, and a description that says what is shown, what is normal and what to do."""
    if not panel.title.strip():
        yield Flaw("it has no title", "Give it one; alerts and runbooks name panels by it.")
    if not panel.shows_data:
        return
    said = [part for part in _description(panel).split("\n\n") if part.strip("* ")]
    for part in PARTS:
        if not any(one.startswith(part) and one != part for one in said):
            yield Flaw(f"its description has no {part}", "Say what is normal, and what to do else.")
    if not said or said[0].startswith(PARTS):
        yield Flaw("its description does not say what it shows", "Say it first of all.")


def unit(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """A unit that Grafana knows."""
    if not panel.shows_data:
        return
    given = panel.defaults.get("unit")
    if not given:
        yield Flaw("it has no unit", "Give it one; none is for a number that has no unit.")
    elif not known_unit(given):
        yield Flaw(f"Grafana knows no unit {given}", "Take one of the SDK's list of units.")


def asks_something(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """At least one query, and none that is empty."""
    if panel.shows_data and not panel.targets:
        yield Flaw("it asks nothing", "Give it a query, or take the panel away.")


def reference_ids(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """Each query has an id of its own, by which overrides and expressions name it."""
    given = [target.get("refId") for target in panel.targets]
    if not all(given) or len(set(given)) < len(given):
        listed = ", ".join(str(name) for name in given)
        yield Flaw(f"the refIds of its queries are {listed}", "Give each query one of its own.")


def datasource(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """The panel and its queries ask the data source that the variable names."""
    if not panel.shows_data:
        return
    for name, thing in (("it", panel.json), *_named_targets(panel)):
        if thing.get("datasource", {}).get("uid") != DATASOURCE:
            yield Flaw(f"{name} does not ask {DATASOURCE}", "Refer to the variable, not to a uid.")


def rate_interval(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """Rates are over Grafana's interval, which holds four scrapes at least; sums over its range."""
    for asked in panel.queries:
        for tree in asked.trees:
            for node in nodes(tree):
                if isinstance(node, promql.Call) and not _moves(node):
                    query = asked.panel.rpartition(", ")[2]
                    yield Flaw(
                        f"{query} has a {node.func.name}() over a fixed range",
                        "Write [$__rate_interval], or [$__range] for an increase.",
                    )


def legend(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """Series that a panel draws together can be told apart by their names."""
    if not panel.shows_data:
        return
    alone = len(panel.targets) == 1
    for target, asked in zip(panel.targets, panel.queries, strict=True):
        if target.get("format") not in _UNNAMED:
            yield from _unnamed(target, asked, series, alone)
    legends = [text for target in panel.targets if (text := legend_of(target))]
    for text in dict.fromkeys(legends):
        if legends.count(text) > 1:
            yield Flaw(f"several queries have the legend {text}", "Say in it what differs.")


def variables_exist(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """What it is repeated for, and what its title names, are variables of the dashboard."""
    repeated = [str(panel.json["repeat"])] if panel.json.get("repeat") else []
    for name in (*repeated, *named(panel.title)):
        if name not in panel.board.variables:
            yield Flaw(f"its repeat or its title names the variable {name}", "Name one there is.")


def says_planned(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """Where no process exports what a panel asks for, it says so."""
    names = [name for asked in panel.queries for name in asked.metrics if name in series]
    planned = [name for name in names if series[name].planned]
    said = any(phrase in _description(panel) for phrase in PLANNED)
    if planned and not said:
        yield Flaw(
            f"no process exports {planned[0]} yet, and its description is silent on that",
            f"Write: {PLANNED[0]}.",
        )
    if said and names and not planned:
        yield Flaw("it is called planned, and all it asks for is exported", "Say so no more.")


def _unnamed(target: Json, asked: Asked, series: Vocabulary, alone: bool) -> Iterator[Flaw]:
    name, text = f"query {target.get('refId')}", legend_of(target)
    answers = [answer for tree in asked.trees if (answer := carried(tree, series)) is not None]
    several = [a for a in answers if a.known and a.varying]
    if several and not asked.labels:
        yield Flaw(
            f"{name} has series that differ in {_listed(several[0])}, and its legend names none",
            "Name the labels in the legend, or aggregate them away.",
        )
    elif not text and not alone:
        yield Flaw(f"{name} has no legend", "Say in a legend what it is; the panel has several.")


def _moves(call: promql.Call) -> bool:
    """Whether the range of a rate or an increase follows the dashboard's."""
    function = call.func.name
    if function not in ("rate", "irate", "increase"):
        return True
    span: timedelta | None = getattr(call.args[0], "range", None)
    return span == RATE_INTERVAL or (function == "increase" and span == RANGE)


def _description(panel: PanelJson) -> str:
    return str(panel.json.get("description", ""))


def _named_targets(panel: PanelJson) -> tuple[tuple[str, Json], ...]:
    return tuple((f"query {target.get('refId')}", target) for target in panel.targets)


def _listed(answer: Carried) -> str:
    return ", ".join(sorted(answer.varying))


# The names of dashboard-linter where its rule is the same.
PANEL_RULES: Mapping[str, PanelRule] = {
    "panel-title-description-rule": title_and_description,
    "panel-units-rule": unit,
    "panel-no-targets-rule": asks_something,
    "panel-ref-id-rule": reference_ids,
    "panel-datasource-rule": datasource,
    "target-rate-interval-rule": rate_interval,
    "panel-legend-rule": legend,
    "panel-variable-rule": variables_exist,
    "panel-planned-rule": says_planned,
    "panel-field-rule": fields_exist,
}
