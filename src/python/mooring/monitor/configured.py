"""Reading tables of settings: each mistake is told with file, key and cure, and without its value.

A key that nobody reads is an error: it is a setting that its author believes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mooring.process.settings import Faults

T = TypeVar("T", bound=BaseModel)
Table = Mapping[str, Any]

_CORRECT = "Correct it or leave it out."
# In the field's own words there is nothing about TOML or tables.
_UNKNOWN = ("there is no such setting", "Remove it or correct its name.")
_SAID = {
    "extra_forbidden": _UNKNOWN,
    "unexpected_keyword_argument": _UNKNOWN,
    "model_type": ("it is not a table", "Write it as a table of settings."),
    "dataclass_type": ("it is not a table", "Write it as a table of settings."),
    "dict_type": ("it is not a table", "Write it as a table of settings."),
}


class Found(Faults):
    """What was found wrong so far, of tables too."""

    def read(self, cls: type[T], table: object, place: str, path: str = "") -> T | None:
        """A table as a model; None, and each mistake noted, where it is none."""
        try:
            # As JSON, whose lists and tables stand for tuples and dataclasses even where a number
            # in quotes is none.
            return cls.model_validate_json(orjson.dumps(table), strict=True)
        except ValidationError as error:
            for detail in error.errors(include_input=False, include_url=False):
                self.refuse(f"{place}, {_key(path, detail)}", *_said(detail))
        return None


def over(defaults: object, table: object) -> object:
    """What a table says, and of the defaults what it leaves out, table by table.

    >>> over({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 4}})
    {'a': 1, 'b': {'c': 2, 'd': 4}}
    """
    if not isinstance(defaults, Mapping) or not isinstance(table, Mapping):
        return table
    told = {key: over(defaults[key], value) for key, value in table.items() if key in defaults}
    return {**defaults, **table, **told}


def _key(path: str, detail: ErrorDetails) -> str:
    # Names that are none may be a secret that was pasted into the wrong place.
    parts = (str(part) for part in detail["loc"])
    shown = (part if part.isidentifier() and len(part) < 40 else "…" for part in parts)
    return ".".join(filter(None, (path, *shown)))


def _said(detail: ErrorDetails) -> tuple[str, str]:
    message = detail["msg"]
    return _SAID.get(detail["type"], (message[:1].lower() + message[1:], _CORRECT))
