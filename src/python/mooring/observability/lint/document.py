"""A dashboard as it lies on disk, in Grafana's classic JSON, with the views that rules need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.placeholders import placeholders
from mooring.observability.lint.settings import queried, values_of
from mooring.observability.lint.variables import INTERVALS, Variables

Json = Mapping[str, Any]


@dataclass(frozen=True)
class PanelJson:
    """One panel, and the dashboard that it belongs to."""

    board: BoardJson
    json: Json

    @property
    def kind(self) -> str:
        """The plugin that draws it."""
        return str(self.json.get("type", ""))

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.json.get("title", ""))

    @property
    def place(self) -> str:
        """How findings call it."""
        return f'panel "{self.title}" (id {self.json.get("id")})'

    @property
    def shows_data(self) -> bool:
        """Whether it asks for series: headings and texts do not."""
        return self.kind not in ("row", "text")

    @property
    def targets(self) -> tuple[Json, ...]:
        """Its queries."""
        return tuple(self.json.get("targets", ()))

    @property
    def defaults(self) -> Json:
        """How its fields are drawn, unless an override says otherwise."""
        return dict(self.json.get("fieldConfig", {}).get("defaults", {}))

    @property
    def overrides(self) -> tuple[Json, ...]:
        """What some of its fields do otherwise."""
        return tuple(self.json.get("fieldConfig", {}).get("overrides", ()))

    @property
    def queries(self) -> tuple[Asked, ...]:
        """Its queries as expressions."""
        return tuple(self._asked(target) for target in self.targets)

    def _asked(self, target: Json) -> Asked:
        return Asked(
            board=self.board.place,
            panel=f"{self.place}, query {target.get('refId')}",
            expr=str(target.get("expr", "")),
            variables=self.board.variables,
            labels=placeholders(legend_of(target)),
        )


@dataclass(frozen=True)
class BoardJson:
    """One dashboard."""

    json: Json

    @property
    def uid(self) -> str:
        """What links name it by."""
        return str(self.json.get("uid", ""))

    @property
    def place(self) -> str:
        """How findings call it."""
        return f'dashboard "{self.json.get("title", "")}" ({self.uid})'

    @cached_property
    def panels(self) -> tuple[PanelJson, ...]:
        """All panels, headings too, and those that a closed heading hides."""
        return tuple(PanelJson(self, json) for json in _flat(self.json.get("panels", ())))

    @property
    def settings(self) -> tuple[Json, ...]:
        """Its variables as they are declared."""
        return tuple(self.json.get("templating", {}).get("list", ()))

    @cached_property
    def variables(self) -> Variables:
        """What its variables may stand for, with the intervals that Grafana chooses."""
        return {**INTERVALS, **{str(s.get("name")): values_of(s) for s in self.settings}}

    @property
    def annotations(self) -> tuple[Json, ...]:
        """Its annotations, without the one that Grafana gives to every dashboard."""
        listed = self.json.get("annotations", {}).get("list", ())
        return tuple(annotation for annotation in listed if not annotation.get("builtIn"))

    @property
    def beside_panels(self) -> tuple[Asked, ...]:
        """What its variables and annotations ask."""
        asked = [self._annotation(annotation) for annotation in self.annotations]
        return (*asked, *(self._variable(s) for s in self.settings if s.get("type") == "query"))

    def _annotation(self, annotation: Json) -> Asked:
        texts = " ".join(str(annotation.get(key, "")) for key in ("titleFormat", "textFormat"))
        keys = [key.strip() for key in str(annotation.get("tagKeys", "")).split(",") if key.strip()]
        target = annotation.get("target") or {}
        return Asked(
            board=self.place,
            panel=f'annotation "{annotation.get("name")}"',
            expr=str(annotation.get("expr") or target.get("expr", "")),
            variables=self.variables,
            labels=(*placeholders(texts), *keys),
        )

    def _variable(self, setting: Json) -> Asked:
        expr, labels = queried(setting)
        place = f'variable "{setting.get("name")}"'
        return Asked(self.place, place, expr, self.variables, labels)


def legend_of(target: Json) -> str:
    """The legend that a query is given; what Grafana makes up itself is none."""
    legend = str(target.get("legendFormat", ""))
    return "" if legend == "__auto" else legend


def _flat(panels: tuple[Json, ...]) -> Iterator[Json]:
    for panel in panels:
        yield panel
        yield from _flat(panel.get("panels", ()))
