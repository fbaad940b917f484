"""Series for the alerts about watching itself."""

from __future__ import annotations

from mooring.observability.queries.foreign import (
    ALERTMANAGER_CONFIGURED,
    NOTIFICATIONS_FAILED,
    PROMETHEUS_CONFIGURED,
    RULES_FAILED,
    SCRAPE_SAMPLES,
)
from mooring.observability.rules.alerts.cases.case import HERE, Case, of
from mooring.telemetry.operation import LOG_LINES_DROPPED, TRACE_SPANS

_GATEWAY = {"job": "mooring-gateway", **HERE}
_SERVICE = {"job": "mooring-service", **HERE}
_MONITOR = {"job": "mooring-monitor", **HERE}
_PROMETHEUS = {"job": "prometheus", "instance": "localhost:9090"}
_ALERTMANAGER = {"job": "alertmanager", "instance": "localhost:9093"}

OPERATION = (
    Case(
        "LogLinesDropped",
        firing={of(LOG_LINES_DROPPED, **HERE): "0+1x40"},
        # A burst that is over.
        quiet={of(LOG_LINES_DROPPED, **HERE): "0x5 500x35"},
        labels=HERE,
    ),
    Case(
        "TracesDropped",
        firing={of(TRACE_SPANS, outcome="failed", **HERE): "0+1x40"},
        quiet={
            of(TRACE_SPANS, outcome="exported", **HERE): "0+9x40",
            of(TRACE_SPANS, outcome="failed", **HERE): "512x40",
        },
        labels=HERE,
    ),
    Case(
        "MetricCardinalityHigh",
        firing={of(SCRAPE_SAMPLES, **_GATEWAY): "7001x40"},
        quiet={
            of(SCRAPE_SAMPLES, **_GATEWAY): "7000x40",
            of(SCRAPE_SAMPLES, **_SERVICE): "5200x40",
            of(SCRAPE_SAMPLES, **_MONITOR): "10000x40",
            of(SCRAPE_SAMPLES, **_PROMETHEUS): "90000x40",
        },
        labels=_GATEWAY,
        also_firing=(
            ({of(SCRAPE_SAMPLES, **_SERVICE): "5201x40"}, _SERVICE),
            ({of(SCRAPE_SAMPLES, **_MONITOR): "10001x40"}, _MONITOR),
        ),
    ),
    Case(
        "RulesFailing",
        firing={of(RULES_FAILED, rule_group="mooring-data", **_PROMETHEUS): "0x20 2x20"},
        quiet={of(RULES_FAILED, rule_group="mooring-data", **_PROMETHEUS): "2x40"},
        labels={"rule_group": "mooring-data"},
    ),
    Case(
        "ConfigurationRefused",
        firing={of(ALERTMANAGER_CONFIGURED, **_ALERTMANAGER): "1x10 0x30"},
        quiet={
            of(PROMETHEUS_CONFIGURED, **_PROMETHEUS): "1x40",
            of(ALERTMANAGER_CONFIGURED, **_ALERTMANAGER): "0x4 1x36",
        },
        labels=_ALERTMANAGER,
        also_firing=(({of(PROMETHEUS_CONFIGURED, **_PROMETHEUS): "1x10 0x30"}, _PROMETHEUS),),
    ),
    Case(
        "NotificationsFailing",
        firing={of(NOTIFICATIONS_FAILED, integration="email", **_ALERTMANAGER): "0x20 1x20"},
        quiet={
            of(NOTIFICATIONS_FAILED, integration="webhook", **_ALERTMANAGER): "0x20 1x20",
            of(NOTIFICATIONS_FAILED, integration="email", **_ALERTMANAGER): "1x40",
        },
        labels={"integration": "email"},
    ),
    Case(
        "AlertmanagerWebhookFailing",
        firing={of(NOTIFICATIONS_FAILED, integration="webhook", **_ALERTMANAGER): "0x20 1x20"},
        quiet={
            of(NOTIFICATIONS_FAILED, integration="slack", **_ALERTMANAGER): "0x20 1x20",
            of(NOTIFICATIONS_FAILED, integration="webhook", **_ALERTMANAGER): "1x40",
        },
        labels={"integration": "webhook"},
    ),
)
