"""Charts over windows: one place for each, in their order, however far apart they lie.

A log that is replayed, or that rests over a summer, has gaps of months between two windows; along
an axis of time nothing could be read beside them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mooring.report.svg import Scale, band, day, drawing, element, every, line, number, text, title

# Name, class, and a height for each date.
Stack = tuple[str, str, Sequence[float]]

_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 12.0, 22.0, 26.0


@dataclass(frozen=True)
class Point:
    """A value at a window, within bounds; NaN is unknown. `said` is told under the pointer."""

    at: date
    value: float
    said: str
    lower: float = math.nan
    upper: float = math.nan

    @property
    def bounded(self) -> bool:
        """Whether both bounds are known."""
        return math.isfinite(self.lower) and math.isfinite(self.upper)


@dataclass(frozen=True)
class Series:
    """Runs of points, a line for each run; drawn with whiskers or, where `banded`, with a band."""

    name: str
    class_: str
    runs: tuple[tuple[Point, ...], ...]
    banded: bool = False

    @property
    def points(self) -> Iterator[Point]:
        """All of them."""
        return (point for run in self.runs for point in run)


@dataclass(frozen=True)
class Timeline:
    """Series over the windows that begin at `dates`; `levels` are dashed lines across, by what is
    told of them under the pointer; `marks` stand at windows.
    """

    name: str
    dates: tuple[date, ...]
    series: tuple[Series, ...]
    levels: Mapping[str, float]
    marks: Mapping[date, str]
    width: float = 520.0
    height: float = 210.0
    percent: bool = False


def timeline(chart: Timeline) -> str:
    """Draw it."""
    dates = chart.dates
    across = Scale(-0.5, max(len(dates) - 0.5, 0.5), _LEFT, chart.width - _RIGHT)
    places = _placed(dates, across)
    up = Scale.over(_values(chart), chart.height - _BOTTOM, _TOP)
    parts = [
        *_grid(chart, up),
        *_dates(dates, places, chart),
        *_marks(chart, places),
        *(part for series in chart.series if series.banded for part in _band(series, places, up)),
        *_levels(chart, up),
        *(part for series in chart.series for part in _line(series, places, up)),
    ]
    return drawing(chart.width, chart.height, f"{chart.name} over windows", parts)


def bars(
    name: str,
    dates: Sequence[date],
    stacks: Sequence[tuple[str, str, Sequence[float]]],
    width: float,
) -> str:
    """Stacked bars, one for each date."""
    height = 190.0
    totals = [sum(heights[n] for _, _, heights in stacks) for n in range(len(dates))]
    up = Scale(0.0, max([*totals, 1.0]) * 1.06, height - _BOTTOM, _TOP)
    across = Scale(-0.5, max(len(dates) - 0.5, 0.5), _LEFT, width - _RIGHT)
    wide = min((width - _LEFT - _RIGHT) / max(1, len(dates)) * 0.82, 40.0)
    chart = Timeline(name, tuple(dates), (), {}, {}, width, height)
    parts = [*_grid(chart, up), *_dates(dates, _placed(dates, across), chart)]
    for n, at in enumerate(dates):
        reached, drawn = 0.0, []
        for _, class_, heights in stacks:
            top, bottom = up(reached + heights[n]), up(reached)
            reached += heights[n]
            drawn.append(
                element(
                    "rect", x=across(n) - wide / 2, y=top, width=wide, height=bottom - top,
                    class_=class_,
                )
            )  # fmt: skip
        said = ", ".join(f"{stack} {heights[n]:,.0f}" for stack, _, heights in stacks)
        parts.append(element("g", title(f"{at}: {said}"), *drawn))
    return drawing(width, height, name, parts)


def grid(
    names: Sequence[str], dates: Sequence[date], cells: Mapping[tuple[str, date], tuple[str, str]]
) -> str:
    """A cell of a class for each name and date; `cells` hold (class, what is told)."""
    left, row, width = 150.0, 20.0, 1080.0
    across = Scale(0.0, max(1, len(dates)), left, width - _RIGHT)
    step = across(1) - across(0)
    parts = []
    for n, name in enumerate(names):
        shown = name if len(name) <= 20 else f"{name[:19]}…"
        parts.append(text(left - 10, n * row + 15, shown, "small", "end"))
        for m, at in enumerate(dates):
            if (name, at) in cells:
                class_, said = cells[name, at]
                parts.append(
                    element(
                        "rect", title(said), x=across(m) + 1, y=n * row + 2, width=max(step - 2, 1),
                        height=row - 4, rx=2, class_=class_,
                    )
                )  # fmt: skip
    places = {at: across(m + 0.5) for m, at in enumerate(dates)}
    height = len(names) * row + _BOTTOM
    parts += _dates(dates, places, Timeline("", (), (), {}, {}, width - left, height))
    return drawing(width, height, "Each feature against its critical index, by window", parts)


def _placed(dates: Sequence[date], across: Scale) -> dict[date, float]:
    return {at: across(n) for n, at in enumerate(dates)}


def _values(chart: Timeline) -> Iterator[float]:
    for series in chart.series:
        for point in series.points:
            yield from (point.value, point.lower, point.upper)
    yield from chart.levels.values()


def _grid(chart: Timeline, up: Scale) -> Iterator[str]:
    for tick in up.ticks():
        y = up(tick)
        yield element("line", x1=_LEFT, x2=chart.width - _RIGHT, y1=y, y2=y, class_="grid")
        said = f"{tick:.0%}" if chart.percent else number(tick)
        yield text(_LEFT - 8, y + 4, said, "small soft", "end")


def _dates(dates: Sequence[date], places: Mapping[date, float], chart: Timeline) -> Iterator[str]:
    step = every(len(dates), chart.width - _LEFT)
    for at in dates[::step]:
        yield text(places[at], chart.height - 8, day(at), "small soft", "middle")


def _marks(chart: Timeline, places: Mapping[date, float]) -> Iterator[str]:
    for at, said in chart.marks.items():
        if at in places:
            x = places[at]
            yield element(
                "line", x1=x, x2=x, y1=_TOP - 6, y2=chart.height - _BOTTOM, class_="line mark"
            )
            yield text(x + 4, _TOP - 8, said, "small soft")


def _levels(chart: Timeline, up: Scale) -> Iterator[str]:
    for name, value in chart.levels.items():
        y = up(value)
        yield element(
            "line", title(f"{name} {number(value)}"), x1=_LEFT, x2=chart.width - _RIGHT, y1=y, y2=y,
            class_="line threshold",
        )  # fmt: skip


def _band(series: Series, places: Mapping[date, float], up: Scale) -> Iterator[str]:
    for run in series.runs:
        held = [point for point in run if point.bounded]
        if len(held) > 1:
            above = [(places[p.at], up(p.upper)) for p in held]
            yield band(above, [up(p.lower) for p in held], series.class_)


def _line(series: Series, places: Mapping[date, float], up: Scale) -> Iterator[str]:
    for run in series.runs:
        held = [p for p in run if math.isfinite(p.value)]
        yield line([(places[p.at], up(p.value)) for p in held], series.class_)
        for point in held:
            yield from _point(series, point, places[point.at], up)


def _point(series: Series, point: Point, x: float, up: Scale) -> Iterator[str]:
    if point.bounded and not series.banded:
        yield element(
            "line", x1=x, x2=x, y1=up(point.lower), y2=up(point.upper),
            class_=f"line whisker {series.class_}",
        )  # fmt: skip
    yield element(
        "circle", title(point.said), cx=x, cy=up(point.value), r=3.0, class_=f"dot {series.class_}"
    )
