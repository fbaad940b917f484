"""Queries as Grafana's Prometheus data source takes them."""

from __future__ import annotations

from string import ascii_uppercase

from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from mooring.observability.grafana.datasource import datasource
from mooring.observability.panel import Panel
from mooring.observability.query import Query

_FORMATS = {
    "time_series": PromQueryFormat.TIME_SERIES,
    "table": PromQueryFormat.TABLE,
    "heatmap": PromQueryFormat.HEATMAP,
}


def targets(panel: Panel) -> list[prometheus.Dataquery]:
    """The queries of a panel, called A, B, C …"""
    return [target(query, ref) for ref, query in lettered(panel)]


def lettered(panel: Panel) -> list[tuple[str, Query]]:
    """The queries of a panel with the letters by which overrides and columns name them."""
    return list(zip(ascii_uppercase, panel.queries, strict=False))


def target(query: Query, ref: str) -> prometheus.Dataquery:
    """One query under its letter."""
    made = (
        prometheus.Dataquery()
        .datasource(datasource())
        .expr(query.expr)
        .legend_format(query.legend)
        .format(_FORMATS[query.shape])
        .ref_id(ref)
    )
    if query.exemplars:
        made = made.exemplar(True)
    return made.instant() if query.instant else made.range()
