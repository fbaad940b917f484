"""The card's pictures as SVG: the same facts give the same bytes.

Drawn on a figure of its own, without pyplot and its global state; no date, no random ids, text as
text. Ink is `currentColor`, so that a page decides whether it is dark or light.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from mooring.blessing.evidence import Check
from mooring.card.facts import CardFacts, bound_of

# Stands for `currentColor` while matplotlib draws: it knows no such name.
_INK = "#010203"
_ACCENT, _FLOOR, _MUTED = "#2f7ebc", "#d1752e", "#8b949e"
_PAPER, _PRINTED = "#ffffff", "#24292f"

# SVG names without a font file: the reader's own sans-serif.
_STYLE: Any = {
    "svg.hashsalt": "mooring",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10.0,
    "text.parse_math": False,  # names hold what they hold; a dollar sign is no formula
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "grid.color": _MUTED,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
}

_FAMILY = "font-family: system-ui, -apple-system, 'Segoe UI', sans-serif"


def pictures(facts: CardFacts) -> dict[str, str]:
    """Every picture that the facts allow, by name: `roc`, `calibration`, `residuals`, `slices`,
    `champion`.
    """
    drawn = facts.measured.holdout.curves
    with mpl.rc_context(_STYLE):
        made = {
            "roc": _roc(facts) if drawn.roc else None,
            "calibration": _calibration(facts) if drawn.bins else None,
            "residuals": _residuals(facts) if drawn.residuals else None,
            "slices": _slices(facts) if _valued(facts.slices) else None,
            "champion": _champion(facts) if _compared(facts) else None,
        }
        return {name: _svg(figure, name) for name, figure in made.items() if figure is not None}


def on_paper(svg: str) -> str:
    """The picture as a file of its own: ink on white, legible wherever it is shown."""
    head, tag, rest = svg.partition(">\n")
    paper = f'{head}{tag} <rect width="100%" height="100%" rx="6" fill="{_PAPER}"/>\n{rest}'
    return paper.replace("currentColor", _PRINTED)


def _roc(facts: CardFacts) -> Figure:
    figure, axes = _square()
    false, true = zip(*facts.measured.holdout.curves.roc, strict=True)
    axes.plot((0, 1), (0, 1), color=_MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.fill_between(false, true, color=_ACCENT, alpha=0.12, linewidth=0)
    axes.plot(false, true, color=_ACCENT, linewidth=2)
    axes.text(0.60, 0.53, "chance", rotation=45, rotation_mode="anchor", size=9)
    area = facts.measured.holdout.metrics.get("roc_auc")
    if area is not None:
        axes.text(0.97, 0.06, f"area {area:.3f}", ha="right", size=12, weight="bold")
    axes.set_xlabel("false alarms: share of the others")
    axes.set_ylabel("found: share of those that came true")
    return figure


def _calibration(facts: CardFacts) -> Figure:
    figure, axes = _square()
    bins = facts.measured.holdout.curves.bins
    predicted, observed = [b.predicted for b in bins], [b.observed for b in bins]
    ends = [
        *(b.lower for b in bins if b.lower is not None),
        *(b.upper for b in bins if b.upper is not None),
    ]
    low, high = _frame([*predicted, *observed, *ends])
    axes.plot((low, high), (low, high), color=_MUTED, linewidth=1, linestyle=(0, (4, 3)))
    _whiskers(axes, [(b.predicted, b.lower, b.upper) for b in bins], upright=True)
    axes.plot(predicted, observed, color=_ACCENT, linewidth=1, alpha=0.5)
    axes.scatter(predicted, observed, color=_ACCENT, s=28, zorder=3)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    unit = _unit(facts)
    axes.set_xlabel(f"predicted{unit}, mean of a tenth of the rows")
    axes.set_ylabel(f"observed{unit}")
    return figure


def _residuals(facts: CardFacts) -> Figure:
    levels, values = zip(*facts.measured.holdout.curves.residuals, strict=True)
    figure, axes = _square("auto")
    axes.axvline(0, color=_MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.fill_betweenx(levels, 0, values, color=_ACCENT, alpha=0.12, linewidth=0)
    axes.plot(values, levels, color=_ACCENT, linewidth=2, marker="o", markersize=5)
    axes.set_yticks(levels, [f"{level:.0%}" for level in levels])
    axes.set_xlabel(f"observed − predicted{_unit(facts)}")
    axes.set_ylabel("share of the rows below it")
    return figure


def _slices(facts: CardFacts) -> Figure:
    """One panel a metric: they have no axis in common."""
    panels: dict[str, list[Check]] = {}
    for check in _valued(facts.slices):
        panels.setdefault(check.metric, []).append(check)
    figure, all_axes = _wide(*map(len, panels.values()))
    for axes, (metric, checks) in zip(all_axes, panels.items(), strict=True):
        _panel(axes, metric, checks)
    return figure


def _panel(axes: Axes, metric: str, checks: list[Check]) -> None:
    _whiskers(axes, [(-i, c.lower, c.upper) for i, c in enumerate(checks)], upright=False)
    for i, check in enumerate(checks):
        colour = _ACCENT if check.verdict == "blessed" else _FLOOR
        axes.scatter([check.value or 0.0], [-i], color=colour, s=36, zorder=3)
        if (bound := bound_of(check)) is not None:
            axes.plot((bound, bound), (-i - 0.4, -i + 0.4), color=_FLOOR, linewidth=2)
    axes.set_yticks([-i for i in range(len(checks))], [check.name for check in checks])
    axes.set_ylim(0.6 - len(checks), 0.6)
    axes.set_xlabel(f"{metric}; the upright bar is what is demanded")


def _champion(facts: CardFacts) -> Figure:
    found = _compared(facts)
    figure, (axes,) = _wide(len(found))
    _whiskers(axes, [(-i, v.lower, v.upper) for i, (_, v) in enumerate(found)], upright=False)
    for i, (_, versus) in enumerate(found):
        axes.scatter([versus.difference], [-i], color=_ACCENT, s=36, zorder=3)
    axes.axvline(0, color=_MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_yticks([-i for i in range(len(found))], [check.metric for check, _ in found])
    axes.set_ylim(0.6 - len(found), 0.6)
    axes.set_xlabel("this model − the champion of that time")
    return figure


def _square(aspect: Literal["equal", "auto"] = "equal") -> tuple[Figure, Axes]:
    figure = Figure(figsize=(4.4, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.set_aspect(aspect)
    axes.grid(visible=True)
    return figure, axes


def _wide(*rows: int) -> tuple[Figure, list[Axes]]:
    """A panel for each number of rows, one above the other."""
    figure = Figure(figsize=(7.2, sum(0.8 + 0.32 * each for each in rows)), layout="constrained")
    grid = figure.subplots(len(rows), 1, squeeze=False, height_ratios=[1 + each for each in rows])
    for axes in grid[:, 0]:
        axes.grid(visible=True, axis="x")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
    return figure, list(grid[:, 0])


def _whiskers(axes: Axes, ends: Iterable[tuple[float, Any, Any]], *, upright: bool) -> None:
    for at, lower, upper in ends:
        if lower is None or upper is None:
            continue
        xs, ys = ((at, at), (lower, upper)) if upright else ((lower, upper), (at, at))
        axes.plot(xs, ys, color=_ACCENT, linewidth=2, alpha=0.6, solid_capstyle="round")


def _frame(values: list[float]) -> tuple[float, float]:
    margin = 0.05 * ((max(values) - min(values)) or 1.0)
    return min(values) - margin, max(values) + margin


def _valued(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.value is not None and check.versus is None]


def _compared(facts: CardFacts) -> list[tuple[Check, Any]]:
    found = [(check, check.versus) for check in facts.comparisons]
    return [(c, v) for c, v in found if v is not None and v.difference is not None]


def _unit(facts: CardFacts) -> str:
    unit = facts.bundle.contract.prediction.unit
    return f" ({unit})" if unit else ""


def _svg(figure: Figure, name: str) -> str:
    """Only the `svg` element, its ids made the picture's own."""
    FigureCanvasSVG(figure)
    written = io.StringIO()
    figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    text = written.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r"font-family: [^;\"]+|font: ([\d.]+px)[^;\"]+", _fonts, text)
    return text.replace(_INK, "currentColor")


def _fonts(found: re.Match[str]) -> str:
    size = found.group(1)
    return f"font-size: {size}; {_FAMILY}" if size else _FAMILY
