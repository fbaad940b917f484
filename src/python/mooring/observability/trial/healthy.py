"""All is well. The figures are made up, of the size that one sees; nothing here was measured."""

from __future__ import annotations

from mooring.observability.trial.clock import DAY, HOUR
from mooring.observability.trial.scenario import (
    Line,
    ago,
    grows,
    per_row,
    since,
    stands,
    sways,
    timed,
)
from mooring.telemetry import (
    auth,
    bins,
    capture,
    coalesce,
    drift,
    edge,
    models,
    monitor,
    operation,
    quality,
    requests,
    resilience,
    retraining,
    service,
    standard,
    traffic,
    upstream,
)
from mooring.telemetry.standard import External

_PREDICT = "/v1/models/{model}:predict"
_MEBI = 1024.0 * 1024.0


def external(name: str) -> External:
    """A metric of others by its name."""
    return next(metric for metric in standard.STANDARD if metric.name == name)


_CALLERS = (
    grows(requests.GATEWAY_REQUESTS, 8.0, route=_PREDICT, code="2xx"),
    grows(requests.GATEWAY_REQUESTS, 0.02, route=_PREDICT, code="4xx"),
    grows(requests.GATEWAY_REQUESTS, 0.002, route=_PREDICT, code="5xx"),
    grows(requests.GATEWAY_REQUESTS, 0.3, route="/v2/models/{model}/infer", code="2xx"),
    grows(requests.GATEWAY_REQUESTS, 2.0, route="/v1/models/{model}:feedback", code="2xx"),
    grows(requests.GATEWAY_REQUESTS, 0.05, route="/v1/models", code="2xx"),
    grows(requests.GATEWAY_REQUESTS, 0.01, route="unmatched", code="4xx"),
    timed(requests.GATEWAY_REQUEST_SECONDS, 1.0, 0.009),
    per_row(requests.PREDICTIONS, 1.0),
    grows(requests.INPUT_VIOLATIONS, 0.0004, kind="range"),
    grows(requests.INPUT_VIOLATIONS, 0.0002, kind="category"),
    stands(edge.EDGE_CONNECTIONS, 14.0),
    grows(edge.EDGE_TURNED_AWAY, 0.003, reason="malformed"),
    grows(edge.EDGE_TURNED_AWAY, 0.002, reason="silent"),
    grows(auth.AUTH, 10.0, outcome="ok"),
    grows(auth.AUTH, 0.01, outcome="unknown"),
    grows(auth.KEY_REQUESTS, 5.0),
    stands(auth.KEYS, 2.0),
    grows(auth.KEYS_READ, 0.0003, outcome="ok"),
    grows(auth.ISSUER_READS, 0.001, outcome="ok"),
    stands(auth.ISSUER_KEYS, 2.0),
)

_HOPS = (
    per_row(upstream.UPSTREAM_REQUESTS, 0.8, outcome="ok"),
    timed(upstream.UPSTREAM_SECONDS, 0.8, 0.005),
    timed(coalesce.CALL_REQUESTS, 0.8, 1.6),
    timed(coalesce.CALL_ROWS, 0.8, 2.2),
    grows(resilience.RETRIES, 0.001, outcome="ok"),
    sways(resilience.IN_FLIGHT, 2.0),
    stands(resilience.LIMIT, 24.0),
    stands(models.MODEL_READY, 1.0),
    stands(models.MODEL_INFO, 1.0),
    stands(traffic.ROUTING_VERSION, 7.0),
    stands(traffic.ROUTING_VALID, 1.0),
    grows(traffic.ROUTING_LOADS, 0.0002, outcome="applied"),
    per_row(traffic.SPLIT_CALLS, 0.9, role="champion"),
    per_row(traffic.SPLIT_CALLS, 0.1, role="challenger"),
    stands(traffic.CANARY_WEIGHT, 0.1),
    sways(traffic.CANARY_EVIDENCE, 0.12),
    per_row(traffic.SHADOW_CALLS, 0.2, outcome="answered"),
    timed(traffic.SHADOW_DIFFERENCE, 0.2, 0.004),
    per_row(traffic.SHADOW_DECISIONS, 0.196, agreed="yes"),
    per_row(traffic.SHADOW_DECISIONS, 0.004, agreed="no"),
)

_LOG = (
    per_row(capture.CAPTURE_ACCEPTED, 1.0, log="predictions"),
    per_row(capture.CAPTURE_WRITTEN, 1.0, log="predictions"),
    per_row(capture.CAPTURE_ACCEPTED, 0.8, log="feedback"),
    per_row(capture.CAPTURE_WRITTEN, 0.8, log="feedback"),
    sways(capture.CAPTURE_QUEUED, 6.0),
    sways(capture.CAPTURE_QUEUE_BYTES, 4_000.0),
    per_row(capture.FEEDBACK_LABELS, 0.8, outcome="accepted"),
    per_row(capture.FEEDBACK_LABELS, 0.002, outcome="duplicate"),
    grows(operation.TRACE_SPANS, 8.0, outcome="exported"),
)

_SERVICE = (
    per_row(service.SERVICE_PREDICTIONS, 1.0),
    timed(service.SERVICE_INFERENCE_SECONDS, 0.8, 0.0002),
    stands(service.SERVICE_BUNDLE_LOAD_SECONDS, 0.9),
    since(service.MODEL_TRAINED, 20 * DAY),
    stands(bins.REFERENCE_TESTABLE, 1.0),
)

_DRIFT = (
    stands(drift.DRIFT_PSI, 0.008),
    stands(drift.DRIFT_PSI_CRITICAL, 0.12),
    stands(drift.DRIFT_P_VALUE, 0.6),
    sways(drift.DRIFT_EVIDENCE, 0.3),
    stands(drift.DRIFT_THRESHOLD, 2.0),
    stands(drift.DRIFT_CLASSIFIER_AUC, 0.51),
    stands(drift.DRIFT_WINDOW_ROWS, 6_200.0),
    since(drift.DRIFT_WINDOW_END, 2 * DAY),
    grows(drift.DRIFT_RUNS, 1 / HOUR, outcome="ok"),
    ago(drift.DRIFT_LAST_RUN, 900.0),
    stands(drift.DRIFT_INTERVAL, HOUR),
    grows(monitor.MONITOR_SEGMENTS, 0.02, outcome="read"),
    per_row(monitor.MONITOR_ROWS, 1.0),
    sways(monitor.MONITOR_LAG, 40.0),
)

# By measure: realised, half of its interval, estimated, and the gate's limit.
MEASURED = {
    "auc": (0.74, 0.02, 0.73, 0.68),
    "brier": (0.13, 0.01, 0.135, 0.17),
    "ece": (0.02, 0.008, 0.02, 0.05),
    "log_loss": (0.42, 0.02, 0.43, 0.5),
    "mae": (8.1, 0.3, 8.0, 11.0),
    "rmse": (12.3, 0.5, 12.0, 16.0),
    "r2": (0.97, 0.005, 0.97, 0.9),
}

_MEASURES = tuple(
    line
    for measure, (realised, half, estimated, limit) in MEASURED.items()
    for line in (
        stands(quality.QUALITY_REALISED, realised, measure=measure),
        stands(quality.QUALITY_REALISED_LOWER, realised - half, measure=measure),
        stands(quality.QUALITY_REALISED_UPPER, realised + half, measure=measure),
        stands(quality.QUALITY_ESTIMATED, estimated, measure=measure),
        stands(quality.QUALITY_ESTIMATED_LOWER, estimated - half, measure=measure),
        stands(quality.QUALITY_ESTIMATED_UPPER, estimated + half, measure=measure),
        stands(quality.QUALITY_OBJECTIVE, limit, measure=measure),
        stands(retraining.CHALLENGER_DELTA, 0.01 * realised, measure=measure),
        stands(retraining.CHALLENGER_DELTA_LOWER, -0.01 * realised, measure=measure),
        stands(retraining.CHALLENGER_DELTA_UPPER, 0.03 * realised, measure=measure),
    )
)

_LABELS = (
    stands(quality.BASE_RATE, 0.21),
    per_row(quality.LABELS_JOINED, 0.79, outcome="joined"),
    per_row(quality.LABELS_JOINED, 0.01, outcome="late"),
    Line(
        quality.LABEL_DELAY,
        timed(quality.LABEL_DELAY, 0.8, 0.0).course,
        per_row=True,
        middle=stands(quality.LABEL_DELAY, 5 * HOUR).course,
    ),
    stands(quality.LABEL_COVERAGE, 0.985),
    sways(quality.AWAITING_LABEL, 900.0),
    ago(quality.LABEL_LAST, 600.0),
    stands(quality.LABEL_HORIZON, 3 * DAY),
)

_LOOP = (
    grows(retraining.RETRAIN_REQUESTS, 0.0001, reason="score", decision="started"),
    grows(retraining.RETRAIN_REQUESTS, 0.0001, reason="labels", decision="cooldown"),
    grows(retraining.RETRAIN_RUNS, 0.0001, outcome="promoted"),
    since(retraining.RETRAIN_STARTED, 6 * DAY),
    stands(retraining.RETRAIN_LIMIT, 6 * HOUR),
    since(retraining.RETRAIN_LAST_SUCCESS, 6 * DAY),
    since(retraining.RETRAIN_COOLDOWN_END, 5 * DAY),
    Line(
        retraining.RETRAIN_SECONDS,
        grows(retraining.RETRAIN_SECONDS, 0.0005).course,
        middle=stands(retraining.RETRAIN_SECONDS, 800.0).course,
    ),
    Line(
        retraining.ALARM_TO_PROMOTION,
        grows(retraining.ALARM_TO_PROMOTION, 0.0005).course,
        middle=stands(retraining.ALARM_TO_PROMOTION, 9_000.0).course,
    ),
    since(retraining.MODEL_PROMOTED, 6 * DAY),
)

_OTHERS = (
    grows(external("process_cpu_seconds_total"), 0.12),
    sways(external("process_resident_memory_bytes"), 210 * _MEBI),
    sways(external("process_virtual_memory_bytes"), 900 * _MEBI),
    since(external("process_start_time_seconds"), 6 * DAY),
    sways(external("process_open_fds"), 40.0),
    stands(external("process_max_fds"), 1_024.0),
    stands(external("python_info"), 1.0),
    grows(external("python_gc_collections_total"), 0.1),
    grows(external("python_gc_objects_collected_total"), 3.0),
    stands(external("up"), 1.0),
    sways(external("scrape_duration_seconds"), 0.012),
    stands(external("scrape_samples_scraped"), 420.0),
    stands(external("scrape_samples_post_metric_relabeling"), 400.0),
    stands(external("prometheus_build_info"), 1.0),
    stands(external("prometheus_ready"), 1.0),
    stands(external("prometheus_config_last_reload_successful"), 1.0),
    since(external("prometheus_config_last_reload_success_timestamp_seconds"), 6 * DAY),
    sways(external("prometheus_engine_query_duration_seconds"), 0.004),
    stands(external("prometheus_notifications_alertmanagers_discovered"), 1.0),
    grows(external("prometheus_notifications_sent_total"), 0.02),
    stands(external("prometheus_notifications_queue_capacity"), 10_000.0),
    sways(external("prometheus_rule_evaluation_duration_seconds"), 0.001),
    grows(external("prometheus_rule_evaluations_total"), 1.5),
    stands(external("prometheus_rule_group_interval_seconds"), 30.0),
    grows(external("prometheus_rule_group_iterations_total"), 1 / 30),
    sways(external("prometheus_rule_group_last_duration_seconds"), 0.03),
    ago(external("prometheus_rule_group_last_evaluation_timestamp_seconds"), 12.0),
    stands(external("prometheus_rule_group_rules"), 24.0),
    stands(external("prometheus_tsdb_head_chunks"), 9_000.0),
    grows(external("prometheus_tsdb_head_samples_appended_total"), 220.0),
    sways(external("prometheus_tsdb_head_series"), 3_200.0),
    grows(external("prometheus_tsdb_head_series_created_total"), 0.02),
    grows(external("prometheus_tsdb_exemplar_exemplars_appended_total"), 0.4),
    stands(external("prometheus_tsdb_storage_blocks_bytes"), 80 * _MEBI),
    stands(external("alertmanager_build_info"), 1.0),
    stands(external("alertmanager_alerts"), 1.0, state="active"),
    grows(external("alertmanager_alerts_received_total"), 0.02),
    stands(external("alertmanager_config_last_reload_successful"), 1.0),
    since(external("alertmanager_config_last_reload_success_timestamp_seconds"), 6 * DAY),
    grows(external("alertmanager_notifications_total"), 0.003),
    grows(external("alertmanager_notification_requests_total"), 0.003),
    grows(external("alertmanager_notification_latency_seconds"), 0.003),
)

LINES = (
    *_CALLERS, *_HOPS, *_LOG, *_SERVICE, *_DRIFT, *_MEASURES, *_LABELS, *_LOOP, *_OTHERS,
)  # fmt: skip
