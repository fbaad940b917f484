from __future__ import annotations

from typing import Any

import pytest

from mooring.gateway.openapi_3_0 import as_openapi_3_0

NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("new", "old"),
    [
        pytest.param(
            {"anyOf": [{"type": "number"}, NULL], "title": "T"},
            {"type": "number", "title": "T", "nullable": True},
            id="a type or null",
        ),
        pytest.param(
            {"anyOf": [{"type": "string", "enum": ["a"]}, NULL]},
            {"type": "string", "enum": ["a", None], "nullable": True},
            id="an enum or null",
        ),
        pytest.param(
            {"anyOf": [{"$ref": "#/x"}, NULL]},
            {"allOf": [{"$ref": "#/x"}], "nullable": True},
            id="a reference or null",
        ),
        pytest.param(
            {"anyOf": [{"type": "integer"}, {"type": "number"}, NULL]},
            {"anyOf": [{"type": "integer"}, {"type": "number"}], "nullable": True},
            id="several types or null",
        ),
        pytest.param(
            {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
            {"minimum": 0, "exclusiveMinimum": True, "maximum": 1, "exclusiveMaximum": True},
            id="exclusive bounds",
        ),
        pytest.param({"const": 1}, {"enum": [1]}, id="a constant"),
        pytest.param({"examples": [1, 2]}, {"example": 1}, id="examples"),
        pytest.param(
            {"properties": {"const": {"const": 1}, "examples": {"type": "string"}}},
            {"properties": {"const": {"enum": [1]}, "examples": {"type": "string"}}},
            id="properties that are called like keywords",
        ),
        pytest.param(
            {"example": {"const": 1, "examples": [2]}},
            {"example": {"const": 1, "examples": [2]}},
            id="an example that looks like a schema",
        ),
    ],
)
def test_a_schema_is_rewritten(new: dict[str, Any], old: dict[str, Any]) -> None:
    document = {"components": {"schemas": {"S": new}}}
    assert as_openapi_3_0(document) == {"openapi": "3.0.3", "components": {"schemas": {"S": old}}}
