"""The sections on what came true: evidence, quality with and without labels, coverage, slices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby

from mooring.monitor.judging.evidence import ASKING, TELLING
from mooring.monitor.judging.figures import Measure
from mooring.report.facts import Facts, Watched
from mooring.report.judged import judgements
from mooring.report.rows import losses, waits
from mooring.report.said import days_of, named, within
from mooring.report.svg import number
from mooring.report.timeline import Point, Series, Timeline, bars, timeline
from mooring.report.view import Picture, Section, Table

_WIDE = 1080.0

# Less evidence than this is none; it has no logarithm below.
_LEAST_EVIDENCE = 1e-3

_MEASURES = ("auc", "log_loss", "brier", "ece", "mae", "rmse", "r2")
_CLASSES = {"score": "now", "residual": "third", "loss": "fourth"} | {
    "features": "fourth", "classifier": "third"
}  # fmt: skip

_GATHERED = (
    "Evidence that something has changed, gathered window after window since the version became "
    "champion (powers of ten). At the dashed line it alarms: one false alarm in {windows:g} "
    "windows, in the mean, over score, residual and loss together. Only these three may ask for a "
    "retrain."
)
_TELLING = "Features and the classifier explain; whatever they reach, they ask for nothing."
_QUALITY = (
    "Realised: labelled rows of matured cohorts, with intervals of 95 % by whole days. Estimated: "
    "what the rows themselves let expect before labels come, with its band of 95 %. An estimate "
    "cannot see concept drift or a shift of the base rate: where the world answers otherwise than "
    "before, only the realised values move."
)
_COVERAGE = (
    "A cohort is measured once {least:.0%} of its rows have a label that counts: late labels are "
    "unlike those that come in time."
)
_DELAYS = (
    "From a prediction's event to its first label, of all labels since the tables began. A cohort "
    "waits {days:g} days for them."
)
_SLICES = (
    "Mean loss of the labelled rows in each bin of each feature, with intervals of 95 % by whole "
    "days; the dashed line is the loss over all rows. Many slices are looked at together: one that "
    "stands out in one cohort alone may be chance. Bins of fewer than 30 rows are left out, and "
    "one of fewer than five days has no interval."
)


def evidence(facts: Facts) -> Section:
    """What asks for a retrain over time, and what explains."""
    windows, cohorts = _held(facts.windows), _held(facts.cohorts)
    if not windows and not cohorts:
        return Section("evidence", "Evidence", (f"No window has closed yet: {_due(facts)}.",))
    asking = [_gathered(name, windows if name == "score" else cohorts, "asking") for name in ASKING]
    telling = [_gathered(name, windows, "telling") for name in TELLING]
    pictures = (
        _evidence(facts, "Asking for a retrain", "asking", asking, ""),
        _evidence(facts, "Telling only", "telling", telling, _TELLING),
    )
    text = _GATHERED.format(windows=facts.watching.budget_windows)
    return Section("evidence", "Evidence", (text,), wide=pictures, table=judgements(facts))


def quality(facts: Facts) -> Section:
    """A panel for each measure, and one for the base rate."""
    panels = [panel for name in _MEASURES if (panel := _measure(facts, name))]
    if rate := _base_rate(facts):
        panels.append(rate)
    keys = (("line-key now", "realised"), ("line-key estimated", "estimated, with its band"))
    text = [_QUALITY]
    if not any(c.judged.realised for c in facts.cohorts):
        text.append(f"No cohort has matured with labels enough: {_due(facts)}.")
    return Section("quality", "Quality", tuple(text), keys, pictures=tuple(panels))


def coverage(facts: Facts) -> Section:
    """Rows by day and what is known of their labels, and the coverage of cohorts."""
    by_day = {at: list(each) for at, each in groupby(facts.days, key=lambda d: d.day)}
    dates = list(by_day)
    stacks = [
        (name, class_, [float(sum(getattr(d, name) for d in by_day[at])) for at in dates])
        for name, class_ in (("labelled", "now"), ("disputed", "flagged"), ("awaiting", "then"))
    ]
    pictures = [Picture(bars("Rows by day", dates, stacks, _WIDE), "Rows by day")]
    runs = _runs(facts.cohorts, lambda c: Measure(c.judged.coverage))  # type: ignore[union-attr]
    if runs:
        least = {"at least": facts.watching.least_coverage}
        series = (Series("coverage", "now", runs),)
        drawn = Timeline("Coverage", _dates(facts), series, least, {}, _WIDE, 190.0, percent=True)
        name = "Coverage of matured cohorts"
        pictures.append(Picture(timeline(drawn), name, _dashed(least)))
    rows = tuple((name, f"{count:,}") for name, count in facts.labels.items())
    table = Table(("labels, since the tables began", "rows"), rows) if rows else None
    text = _COVERAGE.format(least=facts.watching.least_coverage)
    keys = (("now", "labelled"), ("flagged", "disputed"), ("then", "awaiting a label"))
    return Section("coverage", "Labels", (text,), keys, tuple(pictures), _delays(facts), table)


def _delays(facts: Facts) -> tuple[Picture, ...]:
    """How long labels took, once there are any."""
    if not any(rows for _, rows in facts.delays):
        return ()
    horizon = facts.watching.horizon_seconds
    keys = (("now", "in time"), ("over", "late, and joined all the same"))
    caption = _DELAYS.format(days=horizon / 86_400)
    return (
        Picture(waits(facts.delays, horizon), "How long labels took", keys=keys, caption=caption),
    )


def sliced(facts: Facts) -> Section:
    """The last matured cohort by the bins of each feature."""
    found = facts.slices
    if found is None:
        return Section("slices", "Slices", (f"No cohort has matured with labels: {_due(facts)}.",))
    unit = _loss_unit(facts)
    when = f"Version {found.version}, {days_of(found.window)}: {unit} {within(found.whole)}."
    spread = {n: max(s.loss.value for s in each) for n, each in found.by_feature.items() if each}
    pictures = tuple(
        Picture(losses(name, found.by_feature[name], found), named(name))
        for name in sorted(spread, key=lambda name: -spread[name])
        if len(found.by_feature[name]) > 1
    )
    return Section("slices", "Slices", (when, _SLICES), pictures=pictures)


def _evidence(facts: Facts, name: str, kind: str, series: list[Series], caption: str) -> Picture:
    levels = _alarms(facts, kind)
    drawn = Timeline(name, _dates(facts), tuple(series), levels, _marks(facts), _WIDE, 240.0)
    keys = tuple((f"line-key {each.class_}", each.name) for each in series)
    return Picture(timeline(drawn), name, _dashed(levels), keys, caption)


def _dashed(levels: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    return tuple((f"dashed: {name} {number(value)}", "soft") for name, value in levels.items())


def _dates(facts: Facts) -> tuple[date, ...]:
    """Where the windows with rows begin, the same for every chart."""
    held = _held((*facts.windows, *facts.cohorts))
    return tuple(sorted({each.judged.window.start for each in held}))


def _gathered(name: str, watched: Iterable[Watched], kind: str) -> Series:
    def reached(each: Watched) -> Measure:
        detector = getattr(each.evidence, kind).detectors[name]
        return Measure(math.log10(max(detector.evidence, _LEAST_EVIDENCE)))

    return Series(name, _CLASSES[name], _runs(watched, reached, name))


def _alarms(facts: Facts, kind: str) -> Mapping[str, float]:
    watched: list[Watched] = [*facts.windows, *facts.cohorts]
    levels = {d.alarm_at for d in getattr(watched[-1].evidence, kind).detectors.values()}
    return {"alarm": math.log10(max(levels))}


def _measure(facts: Facts, name: str) -> Picture | None:
    nothing = Measure(math.nan)
    now = _runs(facts.cohorts, lambda c: c.judged.realised.get(name, nothing))  # type: ignore[union-attr]
    before = _runs(facts.windows, lambda w: w.judged.estimated.get(name, nothing))
    if not now and not before:
        return None
    series = (
        Series("estimated", "estimated", before, banded=True),
        Series("realised", "now", now),
    )
    levels = {"objective": facts.objectives[name]} if name in facts.objectives else {}
    drawn = Timeline(name, _dates(facts), series, levels, _marks(facts))
    return Picture(timeline(drawn), name, _dashed(levels))


def _base_rate(facts: Facts) -> Picture | None:
    if facts.champion is None or facts.champion.contract.prediction.kind != "probability":
        return None
    runs = _runs(facts.cohorts, lambda c: Measure(c.judged.base_rate))  # type: ignore[union-attr]
    if not runs:
        return None
    series = (Series("base rate", "now", runs),)
    drawn = Timeline("base rate", _dates(facts), series, {}, _marks(facts), percent=True)
    return Picture(timeline(drawn), "base rate", caption="How often it came true at all.")


def _runs(
    watched: Iterable[Watched], measure: Callable[[Watched], Measure], name: str = ""
) -> tuple[tuple[Point, ...], ...]:
    """What is known of each window, a run for each reign."""
    runs: dict[int, list[Point]] = {}
    for each in watched:
        found = measure(each)
        if math.isfinite(found.value):
            runs.setdefault(each.reign, []).append(_point(each, found, name))
    return tuple(map(tuple, runs.values()))


def _point(each: Watched, found: Measure, name: str) -> Point:
    judged = each.judged
    said = f"{days_of(judged.window)}, version {judged.version}: {name} {within(found)}"
    return Point(judged.window.start, found.value, said, found.lower, found.upper)


def _marks(facts: Facts) -> dict[date, str]:
    """The first window of each reign."""
    return dict(_first_windows(facts))


def _first_windows(facts: Facts) -> Iterator[tuple[date, str]]:
    told: set[int] = set()
    for each in _held(facts.windows):
        if each.reign not in told:
            told.add(each.reign)
            yield each.judged.window.start, f"v{each.judged.version}"


def _held(watched: Iterable[Watched]) -> list[Watched]:
    """Windows with rows: over a gap in the log there are many without."""
    return [each for each in watched if each.judged.rows]


def _loss_unit(facts: Facts) -> str:
    prediction = facts.champion.contract.prediction if facts.champion else None
    if prediction is None or prediction.kind == "probability":
        return "log loss"
    unit = prediction.unit
    return f"absolute error in {unit}" if unit else "absolute error"


def _due(facts: Facts) -> str:
    days, horizon = facts.watching.window_days, facts.watching.horizon_seconds / 86_400
    return f"a window has {days} days, and its labels {horizon:g} more"
