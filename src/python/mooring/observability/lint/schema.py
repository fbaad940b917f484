"""The published JSON Schemas of dashboards and panels, and what does not fit them.

`schemas/` holds them unmodified, from grafana/grafana-foundation-sdk at the commit that its README
names. A panel is checked by itself and by its plugin's schema: checked as a part of the dashboard,
one wrong key makes "not valid under any of the given schemas" of all of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from mooring.observability.lint.document import BoardJson, Json, PanelJson
from mooring.observability.lint.finding import Flaw

SCHEMA_OF_BOARDS = "dashboard-schema-rule"
SCHEMA_OF_PANELS = "panel-schema-rule"

# Longer messages repeat the whole object that does not fit.
LONGEST_MESSAGE = 160

_CURE = "Compare with the schema in observability/lint/schemas."


def board_fits(board: BoardJson) -> Iterator[Flaw]:
    """The dashboard without its panels fits the schema of dashboards."""
    yield from _misfits("dashboard", "Dashboard", {**board.json, "panels": []}, "")


def panel_fits(panel: PanelJson) -> Iterator[Flaw]:
    """The panel fits the schema of panels, and its parts those of its plugin and of Prometheus."""
    if panel.kind == "row":
        yield from _misfits("dashboard", "RowPanel", {**panel.json, "panels": []}, "")
        return
    yield from _misfits("dashboard", "Panel", panel.json, "")
    yield from _plugin_fits(panel)
    for number, target in enumerate(panel.targets):
        yield from _misfits("prometheus", "Dataquery", target, f"targets.{number}.")


def _plugin_fits(panel: PanelJson) -> Iterator[Flaw]:
    plugin = panel.kind.replace("-", "")
    definitions = _schema(plugin).get("definitions")
    if definitions is None:
        yield Flaw(f"there is no schema of the plugin {panel.kind}", f"Add it; {_CURE.lower()}")
        return
    yield from _misfits(plugin, "Options", panel.json.get("options", {}), "options.")
    for within, value in _drawn(panel):
        if "FieldConfig" in definitions:
            yield from _misfits(plugin, "FieldConfig", value, within, partly=True)
        elif value:
            yield Flaw(f"{panel.kind} knows no {within.rstrip('.')}", "Leave it out.")


def _drawn(panel: PanelJson) -> Iterator[tuple[str, Json]]:
    """Parts of the way of drawing: an override's `custom.lineWidth` is lineWidth of a plugin."""
    yield "fieldConfig.defaults.custom.", panel.defaults.get("custom", {})
    for number, override in enumerate(panel.overrides):
        for entry in override.get("properties", ()):
            scope, _, name = str(entry.get("id")).partition(".")
            if scope == "custom":
                value: Any = entry.get("value")
                for key in reversed(name.split(".")):
                    value = {key: value}
                yield f"fieldConfig.overrides.{number}.custom.", value


def _misfits(
    name: str, definition: str, value: Json, within: str, *, partly: bool = False
) -> Iterator[Flaw]:
    """What does not fit; `partly` where Grafana fills in what is left out."""
    for error in _validator(name, definition).iter_errors(value):
        found = _deepest(error)
        if _may_be_anything(found) or (partly and found.validator == "required"):
            continue
        path = within + ".".join(str(part) for part in found.absolute_path)
        yield Flaw(f"{path.rstrip('.') or 'it'}: {_shortened(found.message)}", _CURE)


def _may_be_anything(error: ValidationError) -> bool:
    """Whether the schema means any value: it is published as an object of any properties."""
    schema = error.schema
    loose = isinstance(schema, dict) and schema.get("additionalProperties") == {}
    return loose and error.validator == "type"


def _deepest(error: ValidationError) -> ValidationError:
    """The error that lies deepest among those of alternatives: the alternative that was meant."""
    while error.context:
        error = max(error.context, key=lambda cause: len(cause.absolute_path))
    return error


def _shortened(message: str) -> str:
    if len(message) <= LONGEST_MESSAGE:
        return message
    half = LONGEST_MESSAGE // 2
    return f"{message[:half]} … {message[-half:]}"


@lru_cache(maxsize=64)
def _validator(name: str, definition: str) -> Draft7Validator:
    return Draft7Validator(
        {"$ref": f"#/definitions/{definition}", "definitions": _schema(name)["definitions"]}
    )


@lru_cache(maxsize=64)
def _schema(name: str) -> dict[str, Any]:
    """One of the vendored schemas; empty where there is none of that name."""
    path = files("mooring.observability.lint") / "schemas" / f"{name}.jsonschema.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
