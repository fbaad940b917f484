"""What Prometheus, Alertmanager and the process itself export, as far as panels ask for it."""

from __future__ import annotations

from mooring.observability.series import Series

_TARGET = ("job", "instance")

UP = Series("up", "gauge", _TARGET)
SCRAPE_SECONDS = Series("scrape_duration_seconds", "gauge", _TARGET)
SCRAPE_SAMPLES = Series("scrape_samples_post_metric_relabeling", "gauge", _TARGET)
ALERTS = Series("ALERTS", "gauge", ("alertname", "alertstate", "severity", "action", "model"))

# By client libraries, of their own process.
CPU = Series("process_cpu_seconds_total", "counter", _TARGET)
MEMORY = Series("process_resident_memory_bytes", "gauge", _TARGET)
OPEN_FILES = Series("process_open_fds", "gauge", _TARGET)
MOST_FILES = Series("process_max_fds", "gauge", _TARGET)

HEAD_SERIES = Series("prometheus_tsdb_head_series", "gauge", _TARGET)
RULES_FAILED = Series(
    "prometheus_rule_evaluation_failures_total", "counter", (*_TARGET, "rule_group")
)
RULE_SECONDS = Series(
    "prometheus_rule_group_last_duration_seconds", "gauge", (*_TARGET, "rule_group")
)
RULE_INTERVAL = Series("prometheus_rule_group_interval_seconds", "gauge", (*_TARGET, "rule_group"))
PROMETHEUS_CONFIGURED = Series("prometheus_config_last_reload_successful", "gauge", _TARGET)
ALERTS_DROPPED = Series("prometheus_notifications_dropped_total", "counter", _TARGET)

ALERTMANAGER_CONFIGURED = Series("alertmanager_config_last_reload_successful", "gauge", _TARGET)
NOTIFICATIONS = Series("alertmanager_notifications_total", "counter", (*_TARGET, "integration"))
NOTIFICATIONS_FAILED = Series(
    "alertmanager_notifications_failed_total", "counter", (*_TARGET, "integration")
)

FOREIGN = (
    UP, SCRAPE_SECONDS, SCRAPE_SAMPLES, ALERTS, CPU, MEMORY, OPEN_FILES, MOST_FILES, HEAD_SERIES,
    RULES_FAILED, RULE_SECONDS, RULE_INTERVAL, PROMETHEUS_CONFIGURED, ALERTS_DROPPED,
    ALERTMANAGER_CONFIGURED, NOTIFICATIONS, NOTIFICATIONS_FAILED,
)  # fmt: skip
