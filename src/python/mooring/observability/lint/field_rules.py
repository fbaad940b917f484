"""Rules for what a panel does to single fields of its answer: each field it names is there."""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.models import units

from mooring.observability.lint.carried import carried
from mooring.observability.lint.document import PanelJson
from mooring.observability.lint.finding import Flaw
from mooring.observability.lint.vocabulary import Vocabulary

_UNITS = frozenset(value for value in vars(units).values() if isinstance(value, str))
# What an answer in the form of a table has besides its labels.
_FIELDS = frozenset({"Time", "Value"})


def known_unit(name: str) -> bool:
    """Whether Grafana has a unit of this name."""
    return name in _UNITS


def fields_exist(panel: PanelJson, series: Vocabulary) -> Iterator[Flaw]:
    """Overrides and columns name queries and fields of the answer, and units that there are."""
    for override in panel.overrides:
        matcher = override.get("matcher", {})
        if matcher.get("id") == "byFrameRefID":
            yield from _query(panel, str(matcher.get("options")))
        if matcher.get("id") == "byName" and panel.kind == "table":
            yield from _column(panel, series, str(matcher.get("options")))
        yield from _units(override.get("properties", ()))
    fields = answered(panel, series)
    for name in sorted(_organized(panel, "renameByName", "includeByName", "indexByName")):
        if fields is not None and name not in fields:
            yield Flaw(f"its columns name {name}, which no query answers", "Name a field.")


def answered(panel: PanelJson, series: Vocabulary) -> frozenset[str] | None:
    """Fields of the panel's tables; None where a metric is unknown."""
    found = [carried(tree, series) for asked in panel.queries for tree in asked.trees]
    if not all(answer is None or answer.known for answer in found):
        return None
    values = {f"Value #{target.get('refId')}" for target in panel.targets}
    return _FIELDS.union(values, *(answer.labels for answer in found if answer is not None))


def _query(panel: PanelJson, name: str) -> Iterator[Flaw]:
    if name not in {target.get("refId") for target in panel.targets}:
        yield Flaw(f"an override is for query {name}, which is not there", "Name one there is.")


def _column(panel: PanelJson, series: Vocabulary, name: str) -> Iterator[Flaw]:
    fields = answered(panel, series)
    if fields is not None and name not in fields | _renamed(panel):
        yield Flaw(f"an override is for column {name}, which is not there", "Name one there is.")


def _units(properties: list[dict[str, object]]) -> Iterator[Flaw]:
    for entry in properties:
        if entry.get("id") == "unit" and not known_unit(str(entry.get("value"))):
            yield Flaw(f"Grafana knows no unit {entry.get('value')}", "Take one of the SDK's list.")


def _organized(panel: PanelJson, *keys: str) -> set[str]:
    steps = [s for s in panel.json.get("transformations", ()) if s.get("id") == "organize"]
    return {name for step in steps for key in keys for name in step["options"].get(key, {})}


def _renamed(panel: PanelJson) -> frozenset[str]:
    steps = [s for s in panel.json.get("transformations", ()) if s.get("id") == "organize"]
    return frozenset(n for step in steps for n in step["options"].get("renameByName", {}).values())
