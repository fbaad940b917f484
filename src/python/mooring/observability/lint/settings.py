"""Variables of a dashboard as its JSON declares them: what they may be, and what they ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mooring.observability.lint.variables import ANYTHING

_LABEL_VALUES = re.compile(r"label_values\(\s*(?:(?P<expr>.+?)\s*,\s*)?(?P<label>\w+)\s*\)", re.S)
_QUERY_RESULT = re.compile(r"query_result\(\s*(?P<expr>.+?)\s*\)", re.S)
# Kinds whose values the JSON lists itself.
_LISTED = ("custom", "interval", "constant", "textbox")


def values_of(setting: Mapping[str, Any]) -> tuple[str, ...]:
    """All values where the JSON lists them, else a stand-in for those that Prometheus knows."""
    if setting.get("type") not in _LISTED:
        return (ANYTHING,)
    options = [str(option.get("value")) for option in setting.get("options") or ()]
    listed = options or [_value(part) for part in text_of(setting).split(",") if part.strip()]
    return tuple(dict.fromkeys(value for value in listed if value != "$__all")) or (ANYTHING,)


def text_of(setting: Mapping[str, Any]) -> str:
    """The query of a variable, which is a text or an object that holds it."""
    query = setting.get("query", "")
    return str(query.get("query", "") if isinstance(query, Mapping) else query)


def queried(setting: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The expression that a query variable asks, and the label that it reads from the answer."""
    text = text_of(setting)
    if found := _LABEL_VALUES.fullmatch(text):
        return found["expr"] or "", (found["label"],)
    if found := _QUERY_RESULT.fullmatch(text):
        return found["expr"], ()
    return text, ()


def _value(part: str) -> str:
    return part.rpartition(" : ")[2].strip()
