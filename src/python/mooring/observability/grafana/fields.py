"""How values are drawn: thresholds, names of states, and what lines and columns differ in."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from mooring.observability.grafana.targets import lettered
from mooring.observability.panel import Column, Panel, Step
from mooring.observability.query import Role

Properties = list[model.DynamicConfigValue]


def thresholds(panel: Panel) -> build.ThresholdsConfig:
    """The colours from their values on; without any, one colour for all."""
    steps = panel.steps or (Step("green"),)
    made = [model.Threshold(value=step.value, color=step.colour) for step in steps]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(made)


def colour(panel: Panel) -> build.FieldColor:
    """Lines in the palette's order, so that no two of a few are alike; single values by thresholds.

    By their names a model would keep its colour, and two of them might have the same.
    """
    lines = panel.kind == "timeseries"
    in_order = model.FieldColorModeId.PALETTE_CLASSIC
    return build.FieldColor().mode(in_order if lines else model.FieldColorModeId.THRESHOLDS)


def mappings(panel: Panel) -> list[model.ValueMapping]:
    """Names and colours of the values that are states."""
    named = {
        f"{value:g}": model.ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, text, colour) in enumerate(panel.states)
    }
    return [model.ValueMap(options=named)] if named else []


def of_queries(panel: Panel) -> list[tuple[str, Properties]]:
    """What the series of a query are drawn like, by its letter, where they are no plain values."""
    return [(ref, _ROLES[query.role]) for ref, query in lettered(panel) if query.role in _ROLES]


def of_columns(panel: Panel) -> list[tuple[str, Properties]]:
    """What the columns of a table look like, by their headings."""
    made = [(column.heading, _column(column)) for column in panel.columns]
    return [(heading, properties) for heading, properties in made if properties]


def transformations(panel: Panel) -> list[model.DataTransformerConfig]:
    """The answers to a table's queries side by side, with the columns that it names."""
    if not panel.columns:
        return []
    organised = {
        "renameByName": {column.name: column.heading for column in panel.columns},
        "indexByName": {column.name: i for i, column in enumerate(panel.columns)},
        "excludeByName": dict.fromkeys(_hidden(panel), True),
    }
    return [
        model.DataTransformerConfig(id_val="merge", options={}),
        model.DataTransformerConfig(id_val="organize", options=organised),
    ]


def _hidden(panel: Panel) -> list[str]:
    """Columns that every answer has, where the table does not name them."""
    named = {column.name for column in panel.columns}
    values = ["Value", *(f"Value #{ref}" for ref, _ in lettered(panel))]
    return [name for name in ("Time", *values) if name not in named]


def _column(column: Column) -> Properties:
    made = [_property("unit", column.unit)] if column.unit else []
    if column.opens:
        link = {"title": "Open", "url": _opened(column.opens)}
        made.append(_property("links", [link]))
    return made


def _opened(uid: str) -> str:
    return f"/d/{uid}?var-model=${{__value.text}}&${{datasource:queryparam}}&${{__url_time_range}}"


def _property(id: str, value: object) -> model.DynamicConfigValue:
    return model.DynamicConfigValue(id_val=id, value=value)


_ROLES: dict[Role, Properties] = {
    "threshold": [
        _property("custom.lineStyle", {"fill": "dash", "dash": [10, 10]}),
        _property("custom.lineWidth", 2),
        _property("color", {"mode": "fixed", "fixedColor": "red"}),
    ],
    "bound": [
        _property("custom.lineStyle", {"fill": "dot", "dash": [2, 6]}),
        _property("color", {"mode": "fixed", "fixedColor": "text"}),
    ],
}
