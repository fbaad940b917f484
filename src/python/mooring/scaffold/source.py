"""Python source as a tree that is laid out as black would: on one line, or one item a line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

LINE = 100
STEP = "    "

# A piece of a long string, short enough for a line however deep it stands.
_PIECE = 60


@dataclass(frozen=True)
class Call:
    """`opening` items `closing`: a call, a subscript, a list. An item may have a `name=` before it.

    `spread` puts one item a line even where all would fit.
    """

    opening: str
    items: tuple[tuple[str, Code], ...]
    closing: str = ")"
    spread: bool = False


Code = str | Call


def call(function: str, *items: Code, **named: Code) -> Call:
    """A call of `function`."""
    given = [("", item) for item in items]
    return Call(f"{function}(", (*given, *((f"{n}=", v) for n, v in named.items())))


def spread(code: Call) -> Call:
    """The same, one item a line."""
    return replace(code, spread=True)


def listed(items: Iterable[Code], opening: str = "[", closing: str = "]") -> Call:
    """A list, or another bracket."""
    return Call(opening, tuple(("", item) for item in items), closing)


def tupled(items: Iterable[Code]) -> Code:
    """A tuple, with the comma that a single item needs."""
    held = tuple(items)
    if len(held) == 1 and isinstance(held[0], str):
        return f"({held[0]},)"
    return Call("(", tuple(("", item) for item in held), ",)" if len(held) == 1 else ")")


def mapped(items: Iterable[tuple[str, Code]], *, spread: bool = False) -> Call:
    """A dict of already written keys."""
    return Call("{", tuple((f"{key}: ", value) for key, value in items), "}", spread)


def laid_out(code: Code, indent: int = 0, before: str = "", after: str = "") -> str:
    """Write `before`, the code and `after`, the first line without its indentation."""
    line = flat(code)
    fits = len(STEP * indent + before + line + after) <= LINE and "\n" not in line
    if isinstance(code, str) or (fits and not code.spread) or not code.items:
        return before + line + after
    inner = STEP * (indent + 1)
    items = [inner + laid_out(item, indent + 1, name, ",") for name, item in code.items]
    closing = code.closing.removeprefix(",")
    return "\n".join([before + code.opening, *items, STEP * indent + closing + after])


def flat(code: Code) -> str:
    """The code on one line."""
    if isinstance(code, str):
        return code
    return code.opening + ", ".join(n + flat(item) for n, item in code.items) + code.closing


def text(value: str) -> str:
    """A string as black quotes it.

    >>> text("it's"), text('say "so"')
    ('"it\\'s"', '\\'say "so"\\'')
    """
    written = repr(value)
    if written[0] == "'" and '"' not in value:
        return '"' + written[1:-1].replace("\\'", "'") + '"'
    return written


def long_text(value: str, indent: int) -> str:
    """A string that may be too long for a line, as pieces below each other."""
    if len(value) <= _PIECE:
        return text(value)
    pieces = [value[start : start + _PIECE] for start in range(0, len(value), _PIECE)]
    return ("\n" + STEP * indent).join(map(text, pieces))


def number(value: float) -> str:
    """A number, also one that is not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)
