"""What Prometheus, Alertmanager and processes export of themselves, as far as panels ask for it."""

from __future__ import annotations

from mooring.telemetry.standard import STANDARD

_BY_NAME = {external.name: external for external in STANDARD}

UP = _BY_NAME["up"]
SCRAPE_SECONDS = _BY_NAME["scrape_duration_seconds"]
SCRAPE_SAMPLES = _BY_NAME["scrape_samples_post_metric_relabeling"]
ALERTS = _BY_NAME["ALERTS"]

CPU = _BY_NAME["process_cpu_seconds_total"]
MEMORY = _BY_NAME["process_resident_memory_bytes"]
OPEN_FILES = _BY_NAME["process_open_fds"]
MOST_FILES = _BY_NAME["process_max_fds"]
COLLECTIONS = _BY_NAME["python_gc_collections_total"]

HEAD_SERIES = _BY_NAME["prometheus_tsdb_head_series"]
RULES_FAILED = _BY_NAME["prometheus_rule_evaluation_failures_total"]
RULE_SECONDS = _BY_NAME["prometheus_rule_group_last_duration_seconds"]
RULE_INTERVAL = _BY_NAME["prometheus_rule_group_interval_seconds"]
PROMETHEUS_CONFIGURED = _BY_NAME["prometheus_config_last_reload_successful"]
ALERTS_DROPPED = _BY_NAME["prometheus_notifications_dropped_total"]

ALERTMANAGER_CONFIGURED = _BY_NAME["alertmanager_config_last_reload_successful"]
NOTIFICATIONS = _BY_NAME["alertmanager_notifications_total"]
NOTIFICATIONS_FAILED = _BY_NAME["alertmanager_notifications_failed_total"]
