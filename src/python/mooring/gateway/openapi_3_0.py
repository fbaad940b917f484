"""From JSON Schema 2020-12, which Pydantic and OpenAPI 3.1 speak, to OpenAPI 3.0's dialect."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_VERSION = "3.0.3"
_NULL = {"type": "null"}

# Their values are data, not schemas: nothing in them is rewritten.
_DATA = {"example", "default", "enum", "required"}
_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def as_openapi_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """Rewrite a whole document; the original is left alone."""
    rewritten: dict[str, Any] = _rewritten(document)
    return rewritten | {"openapi": _VERSION}


def _rewritten(node: Any) -> Any:
    if isinstance(node, list):
        return [_rewritten(item) for item in node]
    if not isinstance(node, dict):
        return node
    return _schema({key: _member(key, value) for key, value in node.items()})


def _member(key: str, value: Any) -> Any:
    if key in _DATA:
        return value
    if key in ("properties", "schemas") and isinstance(value, dict):
        # Keys are names here: a property may be called `const`.
        return {name: _rewritten(schema) for name, schema in value.items()}
    return _rewritten(value)


def _schema(node: Schema) -> Schema:
    """Rewrite one object, whose members are rewritten already.

    >>> _schema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]})
    {'type': 'number', 'minimum': 0, 'nullable': True}
    >>> _schema({"exclusiveMinimum": 0, "const": 1, "examples": [1]})
    {'minimum': 0, 'exclusiveMinimum': True, 'enum': [1], 'example': 1}
    """
    if _NULL in node.get("anyOf", ()):
        node = _nullable(node)
    result: Schema = {}
    for key, value in node.items():
        if key in _BOUNDS and not isinstance(value, bool):
            result |= {_BOUNDS[key]: value, key: True}
        elif key == "const":
            result["enum"] = [value]
        elif key == "examples" and isinstance(value, list):
            result["example"] = value[0]
        else:
            result[key] = value
    return result


def _nullable(node: Schema) -> Schema:
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    options = [option for option in node["anyOf"] if option != _NULL]
    if len(options) > 1:
        return {"anyOf": options, **rest, "nullable": True}
    option = options[0]
    if "$ref" in option:
        return {"allOf": [option], **rest, "nullable": True}
    if "enum" in option:
        # 3.0.3 has an enum decide alone: null is accepted only when it is listed.
        option = option | {"enum": [*option["enum"], None]}
    return {**option, **rest, "nullable": True}
