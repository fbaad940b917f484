"""Metrics that others define and that boards, rules and tests may name all the same.

They come from prometheus-client in our own processes, from Prometheus about what it scrapes, and
from Prometheus and Alertmanager about themselves. Names, types and labels are those of Prometheus
2.42 and Alertmanager 0.25; only what somebody may ask for is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Who makes them: every process of ours, a scrape, a rule, or a program about itself.
Origin = Literal["process", "scrape", "rule", "prometheus", "alertmanager"]
ExternalKind = Literal["counter", "gauge", "histogram", "summary"]

# Prometheus gives these to every series that it scrapes, whatever the process says.
TARGET_LABELS = ("job", "instance")


@dataclass(frozen=True)
class External:
    """One metric that is not ours to define."""

    name: str
    kind: ExternalKind
    help: str
    origin: Origin
    label_names: tuple[str, ...] = ()


def _process(name: str, kind: ExternalKind, text: str, *labels: str) -> External:
    return External(name, kind, text, "process", labels)


def _scrape(name: str, text: str) -> External:
    return External(name, "gauge", text, "scrape")


def _prometheus(name: str, kind: ExternalKind, text: str, *labels: str) -> External:
    return External(f"prometheus_{name}", kind, text, "prometheus", labels)


def _alertmanager(name: str, kind: ExternalKind, text: str, *labels: str) -> External:
    return External(f"alertmanager_{name}", kind, text, "alertmanager", labels)


# What /proc tells of a process, hence on Linux only; several workers are told as one.
PROCESS = (
    _process("process_cpu_seconds_total", "counter", "CPU time spent, user and system."),
    _process("process_resident_memory_bytes", "gauge", "Memory that is resident."),
    _process("process_virtual_memory_bytes", "gauge", "Address space in use."),
    _process("process_start_time_seconds", "gauge", "Start of the process, as a Unix time."),
    _process("process_open_fds", "gauge", "Open file descriptors."),
    _process("process_max_fds", "gauge", "Most file descriptors that may be open."),
)  # fmt: skip

PYTHON_INFO = _process(
    "python_info", "gauge", "1, labelled by the interpreter.",
    "implementation", "major", "minor", "patchlevel", "version",
)  # fmt: skip

# Counted by one interpreter about itself: a service of several workers does not export them.
PYTHON_GC = (
    _process("python_gc_collections_total", "counter", "Collections of each generation.",
             "generation"),
    _process("python_gc_objects_collected_total", "counter", "Objects that were collected.",
             "generation"),
    _process("python_gc_objects_uncollectable_total", "counter",
             "Objects that could not be collected.", "generation"),
)  # fmt: skip

SCRAPE = (
    _scrape("up", "1 when the target was scraped, else 0."),
    _scrape("scrape_duration_seconds", "Time that the scrape took."),
    _scrape("scrape_samples_scraped", "Samples that the target exposed."),
    _scrape("scrape_samples_post_metric_relabeling", "Samples that were left after relabelling."),
    _scrape("scrape_series_added", "Series that were new in this scrape, about."),
)

# An alert's series carries the labels of its expression besides.
RULES = (
    External(
        "ALERTS", "gauge", "1 while an alert is pending or firing.", "rule",
        ("alertname", "alertstate", "severity", "action", "slo", "model", "version", "feature"),
    ),
    External(
        "ALERTS_FOR_STATE", "gauge", "When an alert began to be pending, as a Unix time.", "rule",
        ("alertname", "severity", "action", "slo", "model", "version", "feature"),
    ),
)  # fmt: skip

PROMETHEUS = (
    _prometheus("build_info", "gauge", "1, labelled by the build.",
                "version", "revision", "branch", "goversion", "goos", "goarch"),
    _prometheus("ready", "gauge", "1 once it serves."),
    _prometheus("config_last_reload_successful", "gauge", "1 while its configuration is in order."),
    _prometheus("config_last_reload_success_timestamp_seconds", "gauge",
                "When its configuration was last read in order."),
    _prometheus("engine_query_duration_seconds", "summary", "Time of queries.", "slice"),
    _prometheus("notifications_alertmanagers_discovered", "gauge", "Alertmanagers it knows."),
    _prometheus("notifications_dropped_total", "counter", "Alerts that no Alertmanager got."),
    _prometheus("notifications_errors_total", "counter", "Errors of sending alerts.",
                "alertmanager"),
    _prometheus("notifications_sent_total", "counter", "Alerts sent.", "alertmanager"),
    _prometheus("notifications_queue_length", "gauge", "Alerts that wait to be sent."),
    _prometheus("notifications_queue_capacity", "gauge", "Alerts that may wait."),
    _prometheus("rule_evaluation_duration_seconds", "summary", "Time of one rule."),
    _prometheus("rule_evaluation_failures_total", "counter", "Rules that could not be evaluated.",
                "rule_group"),
    _prometheus("rule_evaluations_total", "counter", "Rules evaluated.", "rule_group"),
    _prometheus("rule_group_interval_seconds", "gauge", "How often a group is evaluated.",
                "rule_group"),
    _prometheus("rule_group_iterations_missed_total", "counter",
                "Evaluations that were left out since the one before took too long.", "rule_group"),
    _prometheus("rule_group_iterations_total", "counter",
                "Evaluations that were due, held or not.", "rule_group"),
    _prometheus("rule_group_last_duration_seconds", "gauge",
                "How long a group's last evaluation took.", "rule_group"),
    _prometheus("rule_group_last_evaluation_timestamp_seconds", "gauge",
                "When a group was last evaluated.", "rule_group"),
    _prometheus("rule_group_rules", "gauge", "Rules of a group.", "rule_group"),
    _prometheus("target_scrapes_exceeded_sample_limit_total", "counter",
                "Scrapes that were thrown away for having too many samples."),
    _prometheus("target_scrapes_sample_duplicate_timestamp_total", "counter",
                "Samples refused for a time that another value has."),
    _prometheus("target_scrapes_sample_out_of_order_total", "counter",
                "Samples refused for coming after newer ones."),
    _prometheus("tsdb_compactions_failed_total", "counter", "Compactions that failed."),
    _prometheus("tsdb_exemplar_exemplars_appended_total", "counter", "Exemplars stored."),
    _prometheus("tsdb_head_chunks", "gauge", "Chunks in the head block."),
    _prometheus("tsdb_head_samples_appended_total", "counter", "Samples stored.", "type"),
    _prometheus("tsdb_head_series", "gauge", "Series in the head block."),
    _prometheus("tsdb_head_series_created_total", "counter", "Series that were new."),
    _prometheus("tsdb_reloads_failures_total", "counter", "Failures to read blocks again."),
    _prometheus("tsdb_storage_blocks_bytes", "gauge", "Size of all blocks."),
    _prometheus("tsdb_wal_corruptions_total", "counter", "Corruptions of the write-ahead log."),
)  # fmt: skip

ALERTMANAGER = (
    _alertmanager("build_info", "gauge", "1, labelled by the build.",
                  "version", "revision", "branch", "goversion", "goos", "goarch"),
    _alertmanager("alerts", "gauge", "Alerts by state.", "state"),
    _alertmanager("alerts_received_total", "counter", "Alerts received.", "status", "version"),
    _alertmanager("alerts_invalid_total", "counter", "Alerts refused.", "version"),
    _alertmanager("config_last_reload_successful", "gauge",
                  "1 while its configuration is in order."),
    _alertmanager("config_last_reload_success_timestamp_seconds", "gauge",
                  "When its configuration was last read in order."),
    _alertmanager("notification_latency_seconds", "histogram", "Time of notifications.",
                  "integration"),
    _alertmanager("notifications_total", "counter", "Notifications that were tried.",
                  "integration"),
    _alertmanager("notifications_failed_total", "counter", "Notifications that failed.",
                  "integration"),
    _alertmanager("notification_requests_total", "counter", "Requests to receivers.",
                  "integration"),
    _alertmanager("notification_requests_failed_total", "counter",
                  "Requests to receivers that failed.", "integration"),
    _alertmanager("silences", "gauge", "Silences by state.", "state"),
)  # fmt: skip

STANDARD = (*PROCESS, PYTHON_INFO, *PYTHON_GC, *SCRAPE, *RULES, *PROMETHEUS, *ALERTMANAGER)
