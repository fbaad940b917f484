"""Which queries ask for metrics that no process exports yet: the catalogue alone says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mooring.observability.panel import Panel
from mooring.observability.query import Query
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Metric

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_PART = re.compile(r"_(bucket|sum|count)$")


def planned_metrics(query: Query, catalogue: Sequence[Metric] = CATALOGUE) -> tuple[str, ...]:
    """The metrics that `query` waits for."""
    names = {part for name in _NAME.findall(query.expr) for part in (name, _PART.sub("", name))}
    return tuple(metric.name for metric in catalogue if metric.planned and metric.name in names)


def is_planned(panel: Panel, catalogue: Sequence[Metric] = CATALOGUE) -> bool:
    """Whether nothing can be seen on `panel` yet."""
    return all(planned_metrics(query, catalogue) for query in panel.queries)
