"""GitHub's expressions, as far as workflows here use them.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<word>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<sign>&&|\|\||==|!=|[!().,\[\]*]))"
)
_WHOLE = re.compile(r"\s*\$\{\{(?P<expression>(?:(?!\}\}).)*)\}\}\s*")
_PART = re.compile(r"\$\{\{(?P<expression>(?:(?!\}\}).)*)\}\}")
_LITERALS = {"true": True, "false": False, "null": None}

Functions = Mapping[str, Callable[..., Any]]


def evaluate(expression: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """The value of what stands between `${{` and `}}`."""
    parser = _Parser(_tokens(expression), contexts, {**_FUNCTIONS, **functions})
    value = parser.either()
    assert not parser.tokens, f"left over in {expression!r}: {parser.tokens}"
    return value


def interpolate(value: Any, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """The value with every expression in it evaluated; one that stands alone keeps its type."""
    if isinstance(value, Mapping):
        return {key: interpolate(each, contexts, functions) for key, each in value.items()}
    if isinstance(value, list):
        return [interpolate(each, contexts, functions) for each in value]
    if not isinstance(value, str):
        return value
    if whole := _WHOLE.fullmatch(value):
        return evaluate(whole["expression"], contexts, functions)
    return _PART.sub(lambda part: text(evaluate(part["expression"], contexts, functions)), value)


def truthy(value: Any) -> bool:
    return value not in (None, False, 0, "")


def text(value: Any) -> str:
    """A value as an environment variable or an output has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while expression[position:].strip():
        token = _TOKEN.match(expression, position)
        assert token, f"not understood: {expression[position:]!r}"
        assert token.lastgroup
        found.append((token.lastgroup, token[token.lastgroup]))
        position = token.end()
    return found


class _Parser:
    """One expression, by recursive descent: `||` binds less than `&&`, that less than `==`."""

    def __init__(
        self, tokens: list[tuple[str, str]], contexts: Mapping[str, Any], functions: Functions
    ) -> None:
        self.tokens = tokens
        self._contexts = contexts
        self._functions = functions

    def either(self) -> Any:
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = value if truthy(value) else other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._take("&&"):
            other = self._compared()
            value = other if truthy(value) else value
        return value

    def _compared(self) -> Any:
        value = self._negated()
        for sign, wanted in (("==", True), ("!=", False)):
            if self._take(sign):
                return (_folded(value) == _folded(self._negated())) is wanted
        return value

    def _negated(self) -> Any:
        if self._take("!"):
            return not truthy(self._negated())
        return self._accessed()

    def _accessed(self) -> Any:
        value = self._primary()
        while self._take("."):
            if self._take("*"):
                value = _Many(value.values() if isinstance(value, Mapping) else value or [])
            else:
                value = _member(value, self._next("word"))
        return value

    def _primary(self) -> Any:
        if self._take("("):
            value = self.either()
            assert self._take(")")
            return value
        kind, token = self.tokens.pop(0)
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "number":
            return int(token)
        assert kind == "word", f"unexpected {token!r}"
        if self._take("("):
            return self._called(token)
        if token in _LITERALS:
            return _LITERALS[token]
        assert token in self._contexts, f"no context {token!r} is available here"
        return self._contexts[token]

    def _called(self, name: str) -> Any:
        arguments = []
        while not self._take(")"):
            arguments.append(self.either())
            self._take(",")
        return self._functions[name](*arguments)

    def _take(self, sign: str) -> bool:
        if self.tokens and self.tokens[0] == ("sign", sign):
            self.tokens.pop(0)
            return True
        return False

    def _next(self, kind: str) -> str:
        found, token = self.tokens.pop(0)
        assert found == kind
        return token


class _Many(list[Any]):
    """What `.*` gives: the next member is taken of each."""


def _member(value: Any, name: str) -> Any:
    if isinstance(value, _Many):
        return _Many(_member(each, name) for each in value)
    return value.get(name) if isinstance(value, Mapping) else None


def _folded(value: Any) -> Any:
    """Texts are compared without regard to case; nothing is an empty text."""
    return value.lower() if isinstance(value, str) else "" if value is None else value


_FUNCTIONS: Functions = {
    "fromJSON": json.loads,
    "toJSON": lambda value: json.dumps(value, indent=2),
    "join": lambda values, sign=",": sign.join(map(text, values)),
    "hashFiles": lambda *patterns: "hash-of-" + "+".join(p.rpartition("/")[2] for p in patterns),
    "startsWith": lambda value, prefix: text(value).lower().startswith(prefix.lower()),
    "contains": lambda value, part: part in value,
}
