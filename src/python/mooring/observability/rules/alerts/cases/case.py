"""What an alert is tried with: series under which it fires, and series under which it is quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mooring.observability.series import Named

# Series by name and labels; values as promtool writes them: `0+3x10` is 0, 3, 6, … 30.
Given = Mapping[str, str]

MODEL = {"model": "barge"}
OTHER = {"model": "sloop", "version": "1"}
VERSION = {"model": "barge", "version": "3"}
HERE = {"instance": "10.0.0.1:9464"}
THERE = {"instance": "10.0.0.2:9464"}


@dataclass(frozen=True)
class Case:
    """One alert, judged at the time `at` of series that have a value every `step`.

    `labels` are those of the alert that fires, besides its severity and action. `quiet` is as near
    to the border as it gets: what must not fire although it looks like it.
    """

    alert: str
    firing: Given
    quiet: Given
    labels: Mapping[str, str] = field(default_factory=dict)
    also_quiet: tuple[Given, ...] = ()
    # Another way to the same alert, with labels of its own.
    also_firing: tuple[tuple[Given, Mapping[str, str]], ...] = ()
    step: str = "1m"
    at: str = "30m"

    @property
    def fires(self) -> tuple[tuple[Given, Mapping[str, str]], ...]:
        """All under which it fires, with the labels of the alert."""
        return ((self.firing, self.labels), *self.also_firing)

    @property
    def stays_quiet(self) -> tuple[Given, ...]:
        """All under which it is quiet."""
        return (self.quiet, *self.also_quiet)


def of(metric: Named, suffix: str = "", **labels: str) -> str:
    """One series; a label that the metric does not have raises ValueError."""
    known = {*metric.label_names, "job", "instance", *(("le",) if suffix == "_bucket" else ())}
    if unknown := set(labels) - known:
        raise ValueError(f"{metric.name} has no label {', '.join(sorted(unknown))}")
    inner = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric.name}{suffix}{{{inner}}}"
