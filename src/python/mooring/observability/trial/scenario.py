"""A scenario is a table: which metric does what, line after line; the last that fits counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mooring.observability.trial.clock import Span
from mooring.observability.trial.course import Course, Shown, rippled, steady
from mooring.telemetry.metric import Metric
from mooring.telemetry.standard import External


@dataclass(frozen=True)
class Line:
    """What the series of a metric do, or those of them whose labels are as `where` says.

    A counter's course is its growth in a second; with `per_row`, in a prediction. A histogram's is
    the same of its count, and `middle` that of its median.
    """

    metric: Metric | External
    course: Course
    where: Mapping[str, str] = field(default_factory=dict)
    per_row: bool = False
    middle: Course | None = None

    def fits(self, metric: Metric | External, labels: Mapping[str, str]) -> bool:
        """Whether it speaks of this series."""
        return self.metric.name == metric.name and self.where.items() <= labels.items()


def per_row(metric: Metric, before: float, after: float | None = None, **where: str) -> Line:
    """A counter that grows with predictions."""
    return Line(metric, rippled(before, after), where, per_row=True)


def grows(
    metric: Metric | External, before: float, after: float | None = None, **where: str
) -> Line:
    """A counter that grows by so much a second, whatever is asked."""
    return Line(metric, rippled(before, after), where)


def stands(
    metric: Metric | External, before: float, after: float | None = None, **where: str
) -> Line:
    """A gauge."""
    return Line(metric, Course(before, after), where)


def sways(
    metric: Metric | External, before: float, after: float | None = None, **where: str
) -> Line:
    """A gauge that ebbs and flows."""
    return Line(metric, rippled(before, after), where)


def ago(metric: Metric | External, before: float, after: float | None = None, **where: str) -> Line:
    """A moment that is always so many seconds ago."""
    return Line(metric, Course(before, after, meaning="age"), where)


def since(
    metric: Metric | External, before: float, after: float | None = None, **where: str
) -> Line:
    """The moment of an event, so many seconds before the onset; with `after`, of two of them."""
    return Line(metric, Course(before, after, meaning="moment"), where)


def only(metric: Metric | External, shown: Shown, **where: str) -> Line:
    """A gauge of 1 that is there from the onset on, or until then."""
    return Line(metric, Course(1.0, shown=shown), where)


def timed(
    metric: Metric | External,
    each_row: float,
    middle: float,
    then: float | None = None,
    **where: str,
) -> Line:
    """A histogram of so many values in a prediction, with half of them below `middle`."""
    return Line(metric, rippled(each_row), where, per_row=True, middle=Course(middle, then))


@dataclass(frozen=True)
class Scenario:
    """What happens to the fleet. `tilt` is how far distributions move, 0 for not at all.

    `gone` are instances that cannot be scraped from the onset on. Its values are generated: made by
    these tables, and measured nowhere.
    """

    name: str
    about: str
    span: Span
    lines: tuple[Line, ...]
    tilt: float = 0.0
    tilted: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def line(self, metric: Metric | External, labels: Mapping[str, str]) -> Line:
        """What this series does; without a line, a counter stands still and a gauge is 0."""
        told = [line for line in self.lines if line.fits(metric, labels)]
        return told[-1] if told else Line(metric, steady(0.0))
