"""Whether the monitoring itself works: what it scrapes, computes and tells."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.foreign import (
    ALERTMANAGER_CONFIGURED,
    ALERTS,
    ALERTS_DROPPED,
    HEAD_SERIES,
    NOTIFICATIONS,
    NOTIFICATIONS_FAILED,
    PROMETHEUS_CONFIGURED,
    RULE_INTERVAL,
    RULE_SECONDS,
    RULES_FAILED,
    SCRAPE_SAMPLES,
    SCRAPE_SECONDS,
    UP,
)
from mooring.observability.queries.scope import EVERY
from mooring.observability.query import Query
from mooring.telemetry.budget import BUDGET

_TARGET = ("job", "instance")
_NAMED = "{{job}} {{instance}}"


def up() -> Panel:
    """Targets that answer."""
    return Panel(
        "Targets that answer",
        "state-timeline",
        (Query(EVERY.least(UP, *_TARGET), _NAMED),),
        "none",
        "Whether Prometheus could scrape each process.",
        "All of them, all the time.",
        "A process that does not answer is down, hangs, or is not where the configuration says. A "
        "process that is missing here is not scraped at all.",
        states=((0.0, "down", "red"), (1.0, "up", "green")),
        steps=(Step("red"), Step("green", 1.0)),
        width=16,
    )


def firing() -> Panel:
    """How many alerts fire."""
    return Panel(
        "Alerts that fire",
        "timeseries",
        (Query(f"count by (severity) ({_firing()})", "{{severity}}"),),
        "none",
        "Alerts that fire, by severity. The watchdog always fires: where even it is missing, "
        "nobody would be told of anything.",
        "One of severity `info`.",
        "None at all: rules are not evaluated, see *Rules that failed*.",
        least=0.0,
        decimals=0,
        width=8,
    )


def scrape_seconds() -> Panel:
    """How long scrapes take."""
    return Panel(
        "Duration of scrapes",
        "timeseries",
        (Query(EVERY.most(SCRAPE_SECONDS, *_TARGET), _NAMED),),
        "s",
        "How long each process takes to tell its metrics.",
        "Tens of milliseconds.",
        "Near the interval of scrapes: the process is short of CPU, or has too many series.",
        least=0.0,
        width=8,
    )


def samples() -> Panel:
    """Series of each process."""
    return Panel(
        "Samples of a scrape",
        "timeseries",
        (
            Query(EVERY.most(SCRAPE_SAMPLES, *_TARGET), _NAMED),
            Query(_budgets(), "{{job}}, budget", role="threshold"),
        ),
        "none",
        "Series that each process exports. Labels have few values by construction, and each "
        "process has a budget of series.",
        "Flat and below the budget of its job; it grows by some hundred with a model.",
        "Growing all the time: a label has values without end. `topk(10, count by (__name__) "
        '({job="…"}))` names the metric.',
        least=0.0,
        width=8,
    )


def head() -> Panel:
    """Series that Prometheus holds in memory."""
    return Panel(
        "Series in memory of Prometheus",
        "timeseries",
        (Query(EVERY.most(HEAD_SERIES, "instance"), "{{instance}}"),),
        "none",
        "Series of the last hours that Prometheus holds in memory, from all processes.",
        "A saw tooth at a steady height.",
        "Growing: see *Samples of a scrape*; versions that come and go leave their series for "
        "some hours.",
        least=0.0,
        width=8,
    )


def rules_failed() -> Panel:
    """Rules that could not be computed."""
    return Panel(
        "Rules that failed",
        "timeseries",
        (Query(EVERY.growth(RULES_FAILED, "rule_group"), "{{rule_group}}"),),
        "none",
        "Recording rules and alerts that could not be evaluated.",
        "None.",
        "Prometheus' page of rules shows the error. While it lasts, alerts of that group do not "
        "speak.",
        steps=(Step("green"), Step("red", 1.0)),
        least=0.0,
        width=8,
    )


def rule_time() -> Panel:
    """How much of their interval groups of rules take."""
    took, interval = EVERY.most(RULE_SECONDS, "rule_group"), EVERY.most(RULE_INTERVAL, "rule_group")
    return Panel(
        "Time of rules, of their interval",
        "timeseries",
        (Query(f"{took} / {interval}", "{{rule_group}}"),),
        "percentunit",
        "Part of its interval that each group of rules takes to evaluate.",
        "Some percent.",
        "Near 100 %: evaluations are left out. Give the group a longer interval.",
        least=0.0,
        width=8,
    )


def notifications() -> Panel:
    """What was told, and what could not be."""
    return Panel(
        "Notifications",
        "timeseries",
        (
            Query(EVERY.growth(NOTIFICATIONS, "integration"), "{{integration}}: tried"),
            Query(EVERY.growth(NOTIFICATIONS_FAILED, "integration"), "{{integration}}: failed"),
            Query(EVERY.growth(ALERTS_DROPPED), "never reached Alertmanager"),
        ),
        "none",
        "Notifications that Alertmanager tried and that failed, by receiver, and alerts that "
        "Prometheus could not hand over.",
        "None failed and none dropped.",
        "`webhook` failed: the monitor does not hear of alarms, so nothing is retrained. Others: "
        "people are not told; Alertmanager's log says why.",
        least=0.0,
        width=12,
    )


def webhook_failures() -> Panel:
    """Calls of the monitor's hook that failed."""
    return Panel(
        "Calls of the monitor's hook",
        "timeseries",
        tuple(
            Query(EVERY.growth(metric, "integration", where=('integration="webhook"',)), legend)
            for metric, legend in (
                (NOTIFICATIONS, "{{integration}}: tried"),
                (NOTIFICATIONS_FAILED, "{{integration}}: failed"),
            )
        ),
        "none",
        "Notifications by which Alertmanager asks the monitor to retrain, and those that failed.",
        "None failed. The hook answers 2xx also when it declines.",
        "Failed: the monitor is down or the shared secret differs. Alertmanager tries again.",
        least=0.0,
    )


def configured() -> Panel:
    """Whether Prometheus and Alertmanager run with what their files say."""
    return Panel(
        "Configurations in force",
        "state-timeline",
        (
            Query(EVERY.least(PROMETHEUS_CONFIGURED, "instance"), "Prometheus {{instance}}"),
            Query(EVERY.least(ALERTMANAGER_CONFIGURED, "instance"), "Alertmanager {{instance}}"),
        ),
        "none",
        "Whether Prometheus and Alertmanager could read their configuration when it last changed.",
        "In force.",
        "The old configuration goes on. `promtool check config` and `amtool check-config` name "
        "the line.",
        states=((0.0, "refused", "red"), (1.0, "in force", "green")),
        steps=(Step("red"), Step("green", 1.0)),
        width=12,
    )


def _budgets() -> str:
    # No series of anybody's, but drawn like one: each job that is scraped has a line of its own.
    jobs = {f'job="mooring-{process}"': most for process, most in BUDGET.items()}
    lines = (f"0 * {EVERY.most(UP, 'job', where=(job,))} + {most}" for job, most in jobs.items())
    return " or ".join(lines)


def _firing() -> str:
    return EVERY.select(ALERTS, 'alertstate="firing"')
