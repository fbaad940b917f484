"""Everything that a dashboard's JSON asks of Prometheus, with the place that asks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_LABEL_VALUES = re.compile(r"label_values\(\s*(?:(?P<match>.+?)\s*,\s*)?(?P<label>\w+)\s*\)", re.S)


@dataclass(frozen=True)
class Query:
    """One query of a panel or an annotation; `place` names it as people see it."""

    place: str
    expr: str
    instant: bool = False
    # The id of a panel, by which a board declares what may be empty; none of an annotation.
    panel: int | None = None
    ref: str = ""


@dataclass(frozen=True)
class Variable:
    """One variable that asks for the values of a label; `every` is what All stands for."""

    name: str
    label: str
    match: str
    # Several values may be chosen: they become a regular expression.
    several: bool = False
    every: str | None = None

    @property
    def place(self) -> str:
        """How findings call it."""
        return f'variable "{self.name}"'


@dataclass(frozen=True)
class Dashboard:
    """What one dashboard asks, and the values that it fixes itself."""

    uid: str
    title: str
    queries: tuple[Query, ...]
    annotations: tuple[Query, ...]
    variables: tuple[Variable, ...]
    fixed: Mapping[str, str]


def read(text: str) -> Dashboard:
    """A dashboard of Grafana's classic JSON."""
    json_ = json.loads(text)
    settings = json_.get("templating", {}).get("list", [])
    annotations = json_.get("annotations", {}).get("list", [])
    return Dashboard(
        uid=str(json_.get("uid", "")),
        title=str(json_.get("title", "")),
        queries=tuple(q for panel in _panels(json_.get("panels", [])) for q in _queries(panel)),
        annotations=tuple(_annotation(a) for a in annotations if not a.get("builtIn")),
        variables=tuple(v for v in map(_variable, settings) if v),
        fixed={str(s["name"]): _current(s) for s in settings if s.get("type") != "query"},
    )


def _panels(panels: list[Json]) -> Iterator[Json]:
    for panel in panels:
        yield panel
        # A heading that is closed holds its panels.
        yield from _panels(panel.get("panels", []))


def _queries(panel: Json) -> Iterator[Query]:
    title = str(panel.get("title", ""))
    for target in panel.get("targets", []):
        ref = str(target.get("refId"))
        place = f'panel "{title}" (id {panel.get("id")}), query {ref}'
        expr, instant = str(target.get("expr", "")), bool(target.get("instant"))
        yield Query(place, expr, instant, panel.get("id"), ref)


def _annotation(annotation: Json) -> Query:
    target = annotation.get("target") or {}
    expr = annotation.get("expr") or target.get("expr", "")
    return Query(f'annotation "{annotation.get("name")}"', str(expr))


def _variable(setting: Json) -> Variable | None:
    if setting.get("type") != "query":
        return None
    query = setting.get("query", "")
    text = str(query.get("query", "") if isinstance(query, Mapping) else query)
    found = _LABEL_VALUES.fullmatch(text.strip())
    everything = setting.get("allValue") or "" if setting.get("includeAll") else None
    return Variable(
        name=str(setting.get("name")),
        label=found["label"] if found else "",
        match=(found["match"] or "") if found else text,
        several=bool(setting.get("multi") or setting.get("includeAll")),
        every=everything,
    )


def _current(setting: Json) -> str:
    value = (setting.get("current") or {}).get("value") or setting.get("query") or ""
    return str(value[0] if isinstance(value, list) else value)
