"""Panels as Grafana takes them."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import GridPos

from mooring.observability.grafana import fields
from mooring.observability.grafana.datasource import datasource
from mooring.observability.grafana.description import described
from mooring.observability.grafana.ids import panel_id
from mooring.observability.grafana.kinds import Drawn, drawn
from mooring.observability.grafana.layout import Place
from mooring.observability.grafana.targets import targets
from mooring.observability.panel import Board, Panel


def made(board: Board, panel: Panel, place: Place) -> Drawn:
    """One panel at its place."""
    builder = (
        drawn(panel)
        .id(panel_id(board, panel))
        .title(panel.title)
        .description(described(board, panel))
        .datasource(datasource())
        .grid_pos(position(place))
        .unit(panel.unit)
        .thresholds(fields.thresholds(panel))
        .color_scheme(fields.colour(panel))
        .mappings(fields.mappings(panel))
        .transformations(fields.transformations(panel))
    )
    for target in targets(panel):
        builder = builder.with_target(target)
    return _overridden(_ranged(builder, panel), panel)


def position(place: Place) -> GridPos:
    """A rectangle in the SDK's terms."""
    return GridPos(h=place.height, w=place.width, x=place.x, y=place.y)


def _ranged(builder: Drawn, panel: Panel) -> Drawn:
    least = 0.0 if panel.stacked and panel.least is None else panel.least
    if least is not None:
        builder = builder.min(least)
    if panel.most is not None:
        builder = builder.max(panel.most)
    if panel.decimals is not None:
        builder = builder.decimals(panel.decimals)
    if panel.empty_when_healthy:
        builder = builder.no_value("None")
    if panel.repeat:
        builder = builder.repeat(panel.repeat).repeat_direction("h").max_per_row(2)
    return builder


def _overridden(builder: Drawn, panel: Panel) -> Drawn:
    for ref, properties in fields.of_queries(panel):
        builder = builder.override_by_query(ref, properties)
    for heading, properties in fields.of_columns(panel):
        builder = builder.override_by_name(heading, properties)
    return builder
