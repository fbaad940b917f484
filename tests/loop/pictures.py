"""The arms over the year, and the loop among schedules drawn at random, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.loop.settings import JUDGED_ON
from tests.loop.trial import Arm, Chance, Trial
from tests.loop.year import START

_COLOURS = {
    "never": "#8b949e",
    "monthly": "#2f7ebc",
    "monthly, newest rows": "#9ecae1",
    "evenly spaced": "#5aa469",
    "loop": "#d1752e",
    "the loop's days, newest rows": "#f1c27d",
}
_STYLE: Any = {
    "svg.hashsalt": "mooring",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
}


def draw(trial: Trial, folder: Path) -> None:
    """Write both pictures of a model."""
    with mpl.rc_context(_STYLE):
        for name, figure in (("year", _year(trial)), ("chance", _chances(trial))):
            figure.savefig(folder / f"{trial.model}-{name}.svg", metadata={"Date": None})


def _year(trial: Trial) -> Figure:
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    axes = figure.add_subplot()
    axes.axvspan(*map(_at, JUDGED_ON), color="#000000", alpha=0.04, linewidth=0)
    for arm in trial.arms:
        _line(axes, arm)
    months = [date(START.year, month, 1) for month in range(START.month, 13)]
    axes.set_xticks([_at(month) for month in months], [f"{month:%b}" for month in months])
    axes.set_ylabel(f"{_unit(trial)} beyond never's, summed over flights")
    axes.set_title("dots: a retrain; grey: the days that settings were not chosen on", size=9)
    axes.legend(frameon=False, fontsize=9)
    return figure


def _line(axes: Axes, arm: Arm) -> None:
    days = np.arange(len(arm.behind))
    width = 2.4 if arm.name == "loop" else 1.4
    axes.plot(days, arm.behind, color=_COLOURS[arm.name], linewidth=width, label=arm.name)
    heights = [arm.behind[_at(day)] for day in arm.days]
    axes.scatter([_at(day) for day in arm.days], heights, color=_COLOURS[arm.name], s=22, zorder=3)


def _chances(trial: Trial) -> Figure:
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    told = ("from 1 April", "from 1 July, after the loop's version of that day")
    for axes, chance, when in zip(figure.subplots(1, 2), trial.chances, told, strict=True):
        _chance(axes, chance, f"{chance.retrains} retrains {when}")
        axes.set_xlabel(f"{_unit(trial)}, July to December")
    return figure


def _chance(axes: Axes, chance: Chance, title: str) -> None:
    axes.hist(chance.losses, bins=24, color="#c9d1d9")
    marks: Sequence[tuple[str, float, str]] = (
        ("the best tenth", float(np.quantile(chance.losses, 0.1)), "#57606a"),
        ("evenly spaced", chance.even, _COLOURS["evenly spaced"]),
        ("loop", chance.loop, _COLOURS["loop"]),
    )
    for label, value, colour in marks:
        style = "--" if label == "the best tenth" else "-"
        axes.axvline(value, color=colour, linewidth=2, linestyle=style, label=label)
    axes.set_title(title, size=9)
    axes.set_ylabel("schedules")
    axes.legend(frameon=False, fontsize=8)


def _at(day: date) -> int:
    return (day - START).days


def _unit(trial: Trial) -> str:
    return "log loss, nats" if trial.model == "flight_delay" else "absolute error, minutes"
