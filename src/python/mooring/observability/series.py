"""Series that are not in the catalogue: what rules record, and what others export of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mooring.telemetry.metric import Kind


class Named(Protocol):
    """What a query may ask for: a metric of the catalogue, or a `Series`."""

    @property
    def name(self) -> str:
        """Its name in PromQL."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels that tell its series apart."""


@dataclass(frozen=True)
class Series:
    """One family of series with its labels."""

    name: str
    kind: Kind
    label_names: tuple[str, ...]
