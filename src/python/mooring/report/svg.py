"""The little of SVG that the charts need: elements, scales, ticks. The same numbers give the same
bytes.

Colours and fonts are the page's: an element has a class, and the style sheet says what it looks
like in light and in dark. Every text and every attribute is escaped here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

# Between two ticks along an axis of dates there is room for one of them.
DATE_WIDTH = 64.0


def element(name: str, *children: str, **attributes: object) -> str:
    """An element; `_` in a name stands for `-`, and a trailing one for nothing.

    >>> element("text", content("<b>"), x=1.25, class_="soft")
    '<text x="1.25" class="soft">&lt;b&gt;</text>'
    """
    told = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name}{told}>{''.join(children)}</{name}>" if children else f"<{name}{told}/>"


def content(text: str) -> str:
    """Text between tags."""
    return escape(text, quote=False)


def title(text: str) -> str:
    """What is shown while a pointer rests on the element around it."""
    return element("title", content(text))


def text(x: float, y: float, said: str, class_: str = "", anchor: str = "start") -> str:
    """A line of text, its baseline at `y`."""
    return element("text", content(said), x=x, y=y, class_=class_, text_anchor=anchor)


def drawing(width: float, height: float, said: str, parts: Iterable[str]) -> str:
    """The whole picture, as wide as the page lets it be; `said` is for who cannot see it."""
    box = f"0 0 {width:g} {height:g}"
    style = f"max-width: {width:g}px"
    return element("svg", *parts, viewBox=box, style=style, role="img", aria_label=said)


def line(points: Sequence[tuple[float, float]], class_: str) -> str:
    """A line through points; nothing for fewer than two."""
    if len(points) < 2:
        return ""
    return element("polyline", points=_joined(points), class_=f"line {class_}")


def band(above: Sequence[tuple[float, float]], below: Sequence[float], class_: str) -> str:
    """The area between points and as many other heights below them."""
    back = [(x, y) for (x, _), y in zip(above, below, strict=True)][::-1]
    return element("polygon", points=_joined([*above, *back]), class_=f"band {class_}")


@dataclass(frozen=True)
class Scale:
    """From values between `low` and `high` to places between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float, margin: float = 0.06) -> Scale:
        """Around all finite values."""
        found = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
        low, high = min(found), max(found)
        room = margin * ((high - low) or abs(high) or 1.0)
        return cls(low - room, high + room, start, end)

    def __call__(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + share * (self.end - self.start)

    def ticks(self, wanted: int = 4) -> list[float]:
        """Round values inside, about as many as wanted."""
        step = _step((self.high - self.low) / max(1, wanted))
        first = math.ceil(self.low / step - 1e-9)
        count = math.floor(self.high / step + 1e-9) - first + 1
        return [(first + n) * step for n in range(max(0, count))]


def number(value: float) -> str:
    """At most three significant digits.

    >>> number(0.0001), number(1234.0), number(0.25), number(float("nan"))
    ('0.0001', '1,234', '0.25', '–')
    """
    if not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def day(when: date) -> str:
    """A day on an axis.

    >>> day(date(2013, 4, 2))
    '2 Apr 13'
    """
    return f"{when.day} {when:%b %y}"


def every(count: int, width: float) -> int:
    """Which of so many dates along a width are written: each `every`-th."""
    return max(1, math.ceil(count * DATE_WIDTH / width))


def _step(rough: float) -> float:
    if not (rough > 0 and math.isfinite(rough)):
        return 1.0
    scale = 10.0 ** math.floor(math.log10(rough))
    return min((m * scale for m in (1, 2, 5, 10)), key=lambda step: abs(step - rough))


def _joined(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: object) -> str:
    return f"{round(value, 2):g}" if isinstance(value, float) else escape(str(value))
