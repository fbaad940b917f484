"""A small dashboard, rules and a runbook in which the lint finds nothing; tests spoil copies."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from grafana_foundation_sdk.builders import dashboard, heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, units
from grafana_foundation_sdk.models import dashboard as shapes
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from mooring.observability.lint.every import lint
from mooring.observability.lint.finding import Finding
from mooring.observability.rule import Alert, Group, Recorded
from mooring.telemetry.metric import Metric
from mooring.telemetry.models import MODEL_READY
from mooring.telemetry.requests import GATEWAY_REQUEST_SECONDS, GATEWAY_REQUESTS

Json = dict[str, Any]

METRICS: tuple[Metric, ...] = (GATEWAY_REQUESTS, GATEWAY_REQUEST_SECONDS, MODEL_READY)

SAYS = "Requests of each kind.\n\n**Normal:** few errors.\n\n**Otherwise:** look at the logs."
RATE = 'sum by (code) (rate(mooring_gateway_requests_total{route=~"/v1/.*"}[$__rate_interval]))'
P95 = (
    "histogram_quantile(0.95, sum by (le, model) "
    "(rate(mooring_gateway_request_duration_seconds_bucket[$__rate_interval])))"
)
HEAT = (
    'sum by (le) (rate(mooring_gateway_request_duration_seconds_bucket{model="$model"}'
    "[$__rate_interval]))"
)
# Ids of the panels below: a heading has one too.
ROW, RATES, SLOWEST, READY, SPREAD = 1, 2, 3, 4, 5

_SOURCE = common.DataSourceRef(type_val="prometheus", uid="${datasource}")


def _query(expr: str, legend: str = "") -> prometheus.Dataquery:
    query = prometheus.Dataquery().expr(expr).ref_id("A").datasource(_SOURCE)
    return query.legend_format(legend) if legend else query


def _timeseries(number: int, title: str, x: int, query: prometheus.Dataquery) -> timeseries.Panel:
    place = shapes.GridPos(h=8, w=12, x=x, y=1)
    panel = timeseries.Panel().id(number).title(title).description(SAYS).datasource(_SOURCE)
    return panel.unit(units.RequestsPerSecond).grid_pos(place).with_target(query)


def _stat() -> stat.Panel:
    query = _query('min(mooring_gateway_model_ready{model="$model"})').instant()
    panel = stat.Panel().id(READY).title("Ready").description(SAYS).datasource(_SOURCE)
    place = shapes.GridPos(h=8, w=12, x=0, y=9)
    return panel.unit(units.NoUnit).grid_pos(place).with_target(query)


def _heatmap() -> heatmap.Panel:
    query = _query(HEAT, "{{le}}").format(PromQueryFormat.HEATMAP)
    panel = heatmap.Panel().id(SPREAD).title("Spread").description(SAYS).datasource(_SOURCE)
    place = shapes.GridPos(h=8, w=12, x=12, y=9)
    return panel.unit(units.Seconds).grid_pos(place).with_target(query)


def _model() -> dashboard.QueryVariable:
    variable = dashboard.QueryVariable("model").datasource(_SOURCE)
    reload = shapes.VariableRefresh.ON_TIME_RANGE_CHANGED
    return variable.query("label_values(mooring_gateway_model_ready, model)").refresh(reload)


def _link() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Others").type(shapes.DashboardLinkType.DASHBOARDS)
    return link.tags(["mooring"]).include_vars(True).keep_time(True)


def _annotation() -> dashboard.AnnotationQuery:
    query = dashboard.AnnotationQuery().name("Ready again").datasource(_SOURCE)
    return query.enable(True).icon_color("green").expr("changes(mooring_gateway_model_ready[1m])")


@lru_cache(maxsize=1)
def _text() -> str:
    row = dashboard.Row("Requests").id(ROW).grid_pos(shapes.GridPos(h=1, w=24, x=0, y=0))
    board = (
        dashboard.Dashboard("Small")
        .uid("mooring-small")
        .tags(["mooring"])
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").type("prometheus"))
        .with_variable(_model())
        .annotation(_annotation())
        .link(_link())
        .with_row(row)
        .with_panel(_timeseries(RATES, "Requests", 0, _query(RATE, "{{code}}")))
        .with_panel(_timeseries(SLOWEST, "Slowest", 12, _query(P95, "{{model}}")))
        .with_panel(_stat())
        .with_panel(_heatmap())
    )
    return JSONEncoder(sort_keys=True).encode(board.build())


def board() -> Json:
    """The dashboard's JSON, anew each time."""
    return dict(json.loads(_text()))


def panel(of: Json, number: int) -> Json:
    """One of its panels."""
    return next(panel for panel in of["panels"] if panel["id"] == number)


READY_LEAST = Recorded(
    "model:mooring_ready:min", "min by (model) (mooring_gateway_model_ready)", ("model",)
)
NOT_READY = Alert(
    name="ModelNotReady",
    expr="model:mooring_ready:min < 1",
    severity="page",
    action="none",
    summary="{{ $labels.model }} is not ready",
    description="Its service does not answer.",
    board="mooring-small",
    panel="Ready",
)
RUNBOOKS = {"ModelNotReady": "# ModelNotReady\n\n```promql\nmodel:mooring_ready:min == 0\n```\n"}


def findings(
    board: Json,
    *rules: Recorded | Alert,
    runbooks: dict[str, str] | None = None,
    catalogue: tuple[Metric, ...] = METRICS,
) -> tuple[Finding, ...]:
    """What the lint finds in `board` with the good rules, or with `rules`, and their runbooks."""
    group = Group("readiness", rules or (READY_LEAST, NOT_READY))
    books = RUNBOOKS if runbooks is None else runbooks
    return lint([board], (group,), books, catalogue)


def spoiled(spoil: Callable[[Json], object]) -> tuple[Finding, ...]:
    """What the lint finds once `spoil` has changed the dashboard."""
    changed = board()
    spoil(changed)
    return findings(changed)
