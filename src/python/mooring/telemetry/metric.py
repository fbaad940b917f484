"""What one metric is: pure data, so that dashboards and rules can be made from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
Process = Literal["gateway", "service", "monitor"]

# Where several workers of one process report a gauge, how their values become one.
Merge = Literal["max", "livesum", "mostrecent"]

_NAME = re.compile(r"mooring_[a-z][a-z0-9_]*")
_UNITS = ("seconds", "bytes", "ratio", "timestamp_seconds")


@dataclass(frozen=True)
class Label:
    """A label and the reason why its values are few.

    Either `values` lists them all, or `bound` names the document they come from (a contract, a
    release), never a request.
    """

    name: str
    values: tuple[str, ...] = ()
    bound: str = ""

    def __post_init__(self) -> None:
        if bool(self.values) == bool(self.bound):
            raise ValueError(f"label {self.name}: give its values or what bounds them, not both")

    def admits(self, value: str) -> bool:
        """Whether `value` may stand here."""
        return not self.values or value in self.values


@dataclass(frozen=True)
class Metric:
    """One metric: its name, what it counts, and which processes export it."""

    name: str
    kind: Kind
    help: str
    owners: tuple[Process, ...]
    labels: tuple[Label, ...] = ()
    unit: str = ""
    buckets: tuple[float, ...] = ()
    merge: Merge = "max"
    # Read at the scrape, together with its kin, instead of being counted as things happen.
    at_scrape: bool = False
    # Named so that panels and rules can be made, exported by no process yet.
    planned: bool = False
    # For whoever looks closer: no panel and no alert has to use it.
    debug: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name}: a name is mooring_ and then lower case words")
        if self.name.endswith("_total") != (self.kind == "counter"):
            raise ValueError(f"{self.name}: counters, and only they, end in _total")
        if self.unit and (self.unit not in _UNITS or not self.name.endswith(f"_{self.unit}")):
            raise ValueError(f"{self.name}: its name ends in its unit, one of {', '.join(_UNITS)}")
        if bool(self.buckets) != (self.kind == "histogram"):
            raise ValueError(f"{self.name}: histograms, and only they, have buckets")

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """Label names in the order of declaration."""
        return tuple(label.name for label in self.labels)
