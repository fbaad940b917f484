"""The pictures of docs/drift.md: the same study draws the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from tests.calibration.alarms import QUARTER, STATISTICS
from tests.calibration.estimates import MEASURES
from tests.calibration.found import WEEKS
from tests.calibration.study import Study

_OURS, _OTHERS, _THIRD, _MUTED = "#1f5f8b", "#c1662f", "#5d8a3a", "#8b949e"
_COLOURS = dict(zip(STATISTICS, (_OURS, _OTHERS, _THIRD), strict=True))

# Without a date and with fixed ids; text stays text, in the reader's own font.
_STYLE: Any = {
    "svg.hashsalt": "mooring",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def pictures(study: Study) -> Mapping[str, bytes]:
    """SVG by file name."""
    drawn: Mapping[str, Callable[[Study], Figure]] = {
        "power.svg": _power,
        "year.svg": _year,
        "estimates.svg": _estimates,
        "runs.svg": _runs,
    }
    return {name: _svg(draw, study) for name, draw in drawn.items()}


def _svg(draw: Callable[[Study], Figure], study: Study) -> bytes:
    with mpl.rc_context(_STYLE):
        figure, written = draw(study), BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()


def _power(study: Study) -> Figure:
    """Share of years in which a rule alarms within three weeks; first a week without a change."""
    names = [ours.change.name for ours in study.ours]
    quiet = [study.false_alarms[0] / QUARTER, *(v.quiet.mean() for v in study.others.values())]
    first = [ours.found.within(WEEKS) for ours in study.ours]
    rest = [[v.within(name, WEEKS) for name in names] for v in study.others.values()]
    shares = np.column_stack([quiet, np.array([first, *rest])])
    figure = Figure(figsize=(8.0, 5.4), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    axes.set_xticks(
        range(shares.shape[1]),
        ["a week of nothing", *(name.replace("`", "") for name in names)],
        rotation=55,
        ha="right",
    )
    axes.set_yticks(range(len(shares)), ["Mooring", *study.others])
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.6 else "black"
        axes.text(column, row, f"{share:.2f}", ha="center", va="center", color=colour, fontsize=7)
    axes.axvline(0.5, color="white", linewidth=3.0)
    return figure


def _year(study: Study) -> Figure:
    """Evidence over the weeks of the real year above, weeks that others alarm in below."""
    figure = Figure(figsize=(8.0, 4.8), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    weeks = np.arange(1, len(study.real) + 1)
    for name, colour in _COLOURS.items():
        evidence = [max(week.evidence[name], 1e-2) for week in study.real]
        above.semilogy(weeks, evidence, color=colour, label=name, linewidth=1.2)
    above.axhline(QUARTER * len(STATISTICS), color=_MUTED, linestyle="--", label="alarm")
    above.set_ylim(top=1e5)
    above.set_ylabel("evidence")
    above.legend(frameon=False, ncols=4, loc="upper left")
    rows = {"Mooring": [bool(week.alarms) for week in study.real]}
    rows |= {rule: verdict.real.tolist() for rule, verdict in study.others.items()}
    for place, flags in enumerate(rows.values()):
        hit = weeks[np.array(flags)]
        below.scatter(hit, np.full(len(hit), place), color=_OTHERS if place else _OURS, s=9)
    below.set_yticks(range(len(rows)), list(rows))
    below.invert_yaxis()
    below.set_xlabel("week of the real year after the reference")
    return figure


def _estimates(study: Study) -> Figure:
    """What was expected of each month, and what came."""
    figure = Figure(figsize=(8.0, 4.0), layout="constrained")
    names = [month.name for month in study.months]
    for axes, measure in zip(figure.subplots(2, 2, sharex=True).flat, MEASURES, strict=True):
        axes.plot(names, [m.realised[measure] for m in study.months], color=_OURS, label="realised")
        expected = [m.expected[measure] for m in study.months]
        axes.plot(names, expected, color=_OTHERS, linestyle="--", label="estimated")
        axes.set_title(measure, loc="left")
        axes.tick_params(axis="x", rotation=45)
    figure.axes[0].legend(frameon=False)
    return figure


def _runs(study: Study) -> Figure:
    """How long simulated detectors are silent, against the budget that they promise."""
    figure = Figure(figsize=(5.0, 3.2), layout="constrained")
    axes = figure.subplots()
    most = max(windows for windows, _, _ in study.silent)
    axes.plot([0, most], [0, most], color=_MUTED, linestyle="--", label="the budget")
    for place, ((windows, statistics, alike), runs) in enumerate(study.silent.items()):
        text = f"{statistics} statistics{', alike' if alike else ''}" if statistics > 1 else "one"
        colour = (_OURS, _OTHERS, _THIRD)[(statistics > 1) + alike]
        axes.scatter(windows, runs.mean, color=colour, label=text if place < 3 else None)
    axes.set_xlabel("budget, windows")
    axes.set_ylabel("mean windows until a false alarm")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return figure
