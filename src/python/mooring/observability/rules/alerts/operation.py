"""Whether those who watch still see: logs, traces, rules, and the way to people."""

from __future__ import annotations

from mooring.observability.queries.foreign import (
    ALERTMANAGER_CONFIGURED,
    NOTIFICATIONS_FAILED,
    PROMETHEUS_CONFIGURED,
    RULES_FAILED,
    SCRAPE_SAMPLES,
)
from mooring.observability.queries.scope import EVERY
from mooring.observability.rule import Alert
from mooring.observability.rules.grown import grown
from mooring.telemetry.budget import BUDGET
from mooring.telemetry.metric import Process
from mooring.telemetry.operation import LOG_LINES_DROPPED, TRACE_SPANS

_BOARD = "mooring-health"
_LOST = ('outcome!="exported"',)
_HOOK = ('integration="webhook"',)
_PEOPLE = ('integration!="webhook"',)


def _job(process: Process) -> str:
    return f'job="mooring-{process}"'


# What the largest installation that we have thought of exports, for each process.
_BEYOND_BUDGET = " or ".join(
    f"{EVERY.select(SCRAPE_SAMPLES, _job(process))} > {series}"
    for process, series in BUDGET.items()
)

OPERATION = (
    Alert(
        name="LogLinesDropped",
        expr=f"{grown(LOG_LINES_DROPPED, '10m', 'instance')} > 0",
        wait="10m",
        severity="ticket",
        action="none",
        summary="The gateway {{ $labels.instance }} loses lines of its log",
        description="{{ $value | humanize }} within ten minutes: what reads them, or the disk, "
        "does not keep up.",
        board="mooring-serving",
        panel="Log lines and spans that were lost",
    ),
    Alert(
        name="TracesDropped",
        expr=f"{grown(TRACE_SPANS, '10m', 'instance', where=_LOST)} > 0",
        wait="10m",
        severity="info",
        action="none",
        summary="The gateway {{ $labels.instance }} loses spans",
        description="{{ $value | humanize }} within ten minutes: the collector is gone, slow, or "
        "refuses them. No request waits for it.",
        board="mooring-serving",
        panel="Log lines and spans that were lost",
    ),
    Alert(
        name="MetricCardinalityHigh",
        expr=_BEYOND_BUDGET,
        wait="15m",
        severity="ticket",
        action="none",
        summary="{{ $labels.job }} at {{ $labels.instance }} exports {{ $value }} series",
        description="That is beyond the budget of the process. A label takes more values than it "
        "should.",
        board=_BOARD,
        panel="Samples of a scrape",
    ),
    Alert(
        name="RulesFailing",
        expr=f"{grown(RULES_FAILED, '15m', 'rule_group')} > 0",
        severity="ticket",
        action="none",
        summary="Prometheus cannot evaluate rules of {{ $labels.rule_group }}",
        description="Alerts of this group may stay silent.",
        board=_BOARD,
        panel="Rules that failed",
    ),
    Alert(
        name="ConfigurationRefused",
        expr=f"{EVERY.least(PROMETHEUS_CONFIGURED, 'job', 'instance')} == 0 or "
        f"{EVERY.least(ALERTMANAGER_CONFIGURED, 'job', 'instance')} == 0",
        wait="5m",
        severity="ticket",
        action="none",
        summary="{{ $labels.job }} at {{ $labels.instance }} refuses its configuration",
        description="It goes on with the last good one: new rules and routes are not in force.",
        board=_BOARD,
        panel="Configurations in force",
    ),
    Alert(
        name="NotificationsFailing",
        expr=f"{grown(NOTIFICATIONS_FAILED, '15m', 'integration', where=_PEOPLE)} > 0",
        severity="page",
        action="none",
        summary="Alerts do not reach people by {{ $labels.integration }}",
        description="{{ $value | humanize }} notifications failed within 15 minutes.",
        board=_BOARD,
        panel="Notifications",
    ),
    Alert(
        name="AlertmanagerWebhookFailing",
        expr=f"{grown(NOTIFICATIONS_FAILED, '15m', 'integration', where=_HOOK)} > 0",
        severity="ticket",
        action="none",
        summary="Alerts do not reach the monitor",
        description="{{ $value | humanize }} calls of its hook failed within 15 minutes. No "
        "retraining starts by itself, and none is held back.",
        board=_BOARD,
        panel="Notifications",
    ),
    Alert(
        name="Watchdog",
        expr="vector(1)",
        severity="info",
        action="none",
        summary="The way from Prometheus to Alertmanager is open",
        description="It always fires. When whoever expects it does not hear of it, alerts are "
        "lost.",
        board=_BOARD,
        panel="Alerts that fire",
    ),
)
