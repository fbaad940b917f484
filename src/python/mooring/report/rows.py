"""Charts with a row for each bin: what the rows were, what they are, and how much they lose."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mooring.report.facts import Distribution, Slice, Slices
from mooring.report.svg import Scale, content, drawing, element, number, text, title

_WIDTH = 340.0
_LABEL, _END = 112.0, 46.0
_ROW, _BAR = 19.0, 6.5
_LONGEST = 15


def shares(found: Distribution) -> str:
    """Two bars for each bin that holds rows: the reference's share above the window's."""
    then, now = _shares(found.then), _shares(found.now)
    held = [n for n in range(len(then)) if then[n] or now[n]]
    most = max([*then, *now, 1e-9])
    scale = Scale(0.0, most, _LABEL, _WIDTH - _END)
    rows = [
        _two_bars(10 + place * _ROW, found.labels[n], then[n], now[n], scale)
        for place, n in enumerate(held)
    ]
    said = f"{found.name}: share of rows by bin, reference and window"
    return drawing(_WIDTH, 14 + len(held) * _ROW, said, rows)


def losses(name: str, found: Sequence[Slice], of: Slices) -> str:
    """A dot with its interval for each bin; the dashed line is the loss over all rows."""
    ends = [e for s in found for e in (s.loss.value, s.loss.lower, s.loss.upper)]
    scale = Scale.over([*ends, of.whole.value], _LABEL + 8, _WIDTH - _END - 4)
    height = 14 + len(found) * _ROW
    all_rows = scale(of.whole.value)
    parts = [
        element("line", x1=all_rows, x2=all_rows, y1=4.0, y2=height - 4, class_="line threshold")
    ]
    parts += [_dot(10 + place * _ROW, each, scale) for place, each in enumerate(found)]
    return drawing(_WIDTH, height, f"{name}: realised loss by bin", parts)


def waits(found: Sequence[tuple[float, int]], horizon: float) -> str:
    """A bar for each stretch of time in which labels came: their share, of another colour where it
    ends beyond the horizon.
    """
    parts = _shares([rows for _, rows in found])
    scale = Scale(0.0, max([*parts, 1e-9]), _LABEL, _WIDTH - _END)
    ends = [seconds for seconds, _ in found]
    rows = [
        _one_bar(10 + place * _ROW, _between(above, until), part, scale, until <= horizon)
        for place, (above, until, part) in enumerate(
            zip([0.0, *ends[:-1]], ends, parts, strict=True)
        )
    ]
    return drawing(_WIDTH, 14 + len(found) * _ROW, "labels by how long they took", rows)


def plain(label: str) -> str:
    """A bin's label without the number that sorts it.

    >>> plain("03 ≤ 12.5"), plain("99 missing"), plain("07")
    ('≤ 12.5', 'missing', '07')
    """
    return label[3:] or label


def _two_bars(top: float, label: str, then: float, now: float, scale: Scale) -> str:
    said = f"{plain(label)}: reference {then:.1%}, window {now:.1%}"
    return element(
        "g",
        title(said),
        _label(top, label),
        _bar(top, then, scale, "then"),
        _bar(top + _BAR, now, scale, "now"),
        text(_WIDTH, top + 10, f"{now:.1%}", "small soft", "end"),
    )


def _one_bar(top: float, label: str, share: float, scale: Scale, in_time: bool) -> str:
    return element(
        "g",
        title(f"{label}: {share:.1%}"),
        text(_LABEL - 8, top + 10, label, "small", "end"),
        _bar(top, share, scale, "now" if in_time else "over", 2 * _BAR),
        text(_WIDTH, top + 10, f"{share:.1%}", "small soft", "end"),
    )


def _between(above: float, until: float) -> str:
    """
    >>> _between(0.0, 3600.0), _between(86_400.0, 259_200.0), _between(259_200.0, math.inf)
    ('0 to 1 h', '1 to 3 days', 'over 3 days')
    """
    if math.isinf(until):
        return f"over {above / 86_400:g} days"
    length, unit = (3_600, "h") if until <= 86_400 else (86_400, "days")
    return f"{above / length:g} to {until / length:g} {unit}"


def _bar(top: float, share: float, scale: Scale, class_: str, height: float = _BAR) -> str:
    width = max(scale(share) - scale.start, 0.0)
    return element("rect", x=scale.start, y=top, width=width, height=height, class_=class_)


def _dot(top: float, found: Slice, scale: Scale) -> str:
    middle, loss = top + 6.5, found.loss
    held = math.isfinite(loss.lower) and math.isfinite(loss.upper)
    whisker = (
        element(
            "line", x1=scale(loss.lower), x2=scale(loss.upper), y1=middle, y2=middle,
            class_="line whisker",
        )
        if held
        else ""
    )  # fmt: skip
    between = f", {number(loss.lower)} to {number(loss.upper)}" if held else ""
    said = f"{plain(found.label)}: {number(loss.value)}{between}; {found.rows:,} rows"
    return element(
        "g",
        title(said),
        _label(top, found.label),
        whisker,
        element("circle", cx=scale(loss.value), cy=middle, r=3.5, class_="dot now"),
        text(_WIDTH, top + 10, number(loss.value), "small soft", "end"),
    )


def _label(top: float, label: str) -> str:
    shown = plain(label)
    shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
    return element(
        "text", content(shown), x=_LABEL - 8, y=top + 10, class_="small", text_anchor="end"
    )


def _shares(rows: Sequence[int]) -> list[float]:
    total = sum(rows)
    return [row / total if total else 0.0 for row in rows]
