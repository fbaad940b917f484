"""The three scenarios: healthy, drifted, outage. Their days lie far apart, in one database."""

from __future__ import annotations

from mooring.observability.trial import healthy
from mooring.observability.trial.clock import DAY, HOUR, Span
from mooring.observability.trial.healthy import external
from mooring.observability.trial.scenario import (
    Scenario,
    ago,
    grows,
    only,
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
    traffic,
    upstream,
)

# Noon, 1 January 2026; any day would do. Apart by more than the longest window, 30 days.
_FIRST = 1_767_268_800.0
_APART = 40 * DAY

_PREDICT = "/v1/models/{model}:predict"
_WORSE = {"auc": 0.66, "brier": 0.185, "ece": 0.07, "log_loss": 0.56, "mae": 13.0, "rmse": 19.0,
          "r2": 0.86}  # fmt: skip
_UPPER = {measure: value * 1.02 for measure, value in _WORSE.items()}
_LOWER = {measure: value * 0.98 for measure, value in _WORSE.items()}

HEALTHY = Scenario("healthy", "All is well.", Span(_FIRST), healthy.LINES)

_DRIFTED = (
    stands(drift.DRIFT_PSI, 0.008, 0.45, feature="distance"),
    stands(drift.DRIFT_PSI, 0.008, 0.31, feature=bins.SCORE),
    stands(drift.DRIFT_P_VALUE, 0.6, 1e-7, feature="distance"),
    stands(drift.DRIFT_P_VALUE, 0.6, 1e-5, feature=bins.SCORE),
    stands(drift.DRIFT_FLAGGED, 0.0, 1.0, feature="distance"),
    stands(drift.DRIFT_FLAGGED, 0.0, 1.0, feature=bins.SCORE),
    stands(drift.DRIFT_EVIDENCE, 0.3, 3.4),
    stands(drift.DRIFT_CLASSIFIER_AUC, 0.51, 0.71),
    grows(requests.INPUT_VIOLATIONS, 0.0004, 0.9, kind="range", feature="distance"),
    stands(drift.DATA_BROKEN, 0.0, 1.0, kind="unit"),
    stands(quality.BASE_RATE, 0.21, 0.31),
    stands(quality.LABEL_COVERAGE, 0.985, 0.96),
    per_row(quality.LABELS_JOINED, 0.0, 0.03, outcome="conflict"),
    *(stands(quality.QUALITY_REALISED, healthy.MEASURED[m][0], v, measure=m)
      for m, v in _WORSE.items()),
    *(stands(quality.QUALITY_REALISED_UPPER, healthy.MEASURED[m][0], v, measure=m)
      for m, v in _UPPER.items()),
    *(stands(quality.QUALITY_REALISED_LOWER, healthy.MEASURED[m][0], v, measure=m)
      for m, v in _LOWER.items()),
    grows(retraining.RETRAIN_REQUESTS, 0.0, 0.004, reason="score", decision="started"),
    grows(retraining.RETRAIN_REQUESTS, 0.0, 0.004, reason="score", decision="blocked"),
    stands(retraining.RETRAIN_RUNNING, 0.0, 1.0),
    since(retraining.RETRAIN_STARTED, 6 * DAY, 0.0),
    since(retraining.MODEL_PROMOTED, 6 * DAY, 0.0),
    only(models.MODEL_INFO, "from", model="flight_time", version="2"),
    stands(retraining.CHALLENGER_DELTA, 0.0, 0.05),
)  # fmt: skip

DRIFTED = Scenario(
    "drifted",
    "Distances and scores move, labels disagree, and a retraining is asked for.",
    Span(_FIRST + _APART),
    (*healthy.LINES, *_DRIFTED),
    tilt=1.2,
    tilted=("distance", bins.SCORE),
)

# The champion of the first model on one of its two replicas.
_GONE = "127.0.0.1:9202"

_OUTAGE = (
    grows(requests.GATEWAY_REQUESTS, 8.0, 5.0, route=_PREDICT, code="2xx"),
    grows(requests.GATEWAY_REQUESTS, 0.002, 3.0, route=_PREDICT, code="5xx"),
    timed(requests.GATEWAY_REQUEST_SECONDS, 1.0, 0.009, 0.4),
    timed(upstream.UPSTREAM_SECONDS, 0.8, 0.005, 0.3),
    *(per_row(upstream.UPSTREAM_REQUESTS, 0.0, 0.1, outcome=outcome)
      for outcome in ("unreachable", "timeout", "busy")),
    stands(resilience.BREAKER_STATE, 0.0, 2.0, model="flight_delay", replica="1"),
    per_row(resilience.SHED_REQUESTS, 0.0, 0.2),
    per_row(resilience.EXPIRED, 0.0, 0.05),
    per_row(resilience.RETRIES, 0.0, 0.1, outcome="no_budget"),
    sways(resilience.IN_FLIGHT, 2.0, 24.0),
    sways(resilience.QUEUED, 0.0, 40.0),
    grows(edge.EDGE_TURNED_AWAY, 0.0, 0.5, reason="connections"),
    stands(models.MODEL_READY, 1.0, 0.0, model="flight_delay"),
    stands(traffic.ROUTING_VALID, 1.0, 0.0),
    stands(traffic.ROUTING_FROM_COPY, 0.0, 1.0),
    grows(traffic.ROUTING_LOADS, 0.0, 0.01, outcome="refused"),
    stands(traffic.CHAMPION_PENDING, 0.0, 1.0, model="flight_delay"),
    per_row(traffic.FALLBACKS, 0.0, 0.05),
    stands(traffic.CANARY_ABORTED, 0.0, 1.0, model="flight_delay"),
    stands(traffic.CANARY_EVIDENCE, 0.1, 1.4, rule="errors"),
    per_row(traffic.SHADOW_CALLS, 0.0, 0.1, outcome="failed"),
    stands(auth.KEYS_STALE, 0.0, 1.0),
    grows(auth.KEYS_READ, 0.0, 0.01, outcome="refused"),
    grows(auth.ISSUER_READS, 0.0, 0.01, outcome="refused"),
    grows(auth.AUTH, 0.0, 0.4, outcome="unavailable"),
    per_row(capture.CAPTURE_DROPPED, 0.0, 0.2, reason="full"),
    sways(capture.CAPTURE_QUEUED, 6.0, 4_000.0),
    stands(capture.CAPTURE_REFUSED, 0.0, 1.0),
    grows(capture.CAPTURE_WRITER_STARTS, 0.0, 0.002),
    grows(operation.LOG_LINES_DROPPED, 0.0, 2.0),
    grows(operation.TRACE_SPANS, 0.0, 2.0, outcome="failed"),
    per_row(service.SERVICE_EXPIRED, 0.0, 0.05),
    grows(drift.DRIFT_RUNS, 0.0, 0.001, outcome="failed"),
    ago(drift.DRIFT_LAST_RUN, 900.0, 5 * HOUR),
    sways(monitor.MONITOR_LAG, 40.0, 9_000.0),
    grows(monitor.MONITOR_SEGMENTS, 0.0, 0.01, outcome="refused"),
    ago(quality.LABEL_LAST, 600.0, 20 * DAY),
    grows(retraining.RETRAIN_RUNS, 0.0, 0.001, outcome="failed"),
    stands(retraining.RETRAIN_RUNNING, 0.0, 1.0),
    since(retraining.RETRAIN_STARTED, 6 * DAY, 12 * HOUR),
    only(models.MODEL_INFO, "until", model="flight_delay", version="3"),
    stands(retraining.RELEASE_DIFFERS, 0.0, 1.0),
    stands(external("up"), 1.0, 0.0, instance=_GONE),
    grows(external("prometheus_rule_evaluation_failures_total"), 0.0, 0.1),
    grows(external("prometheus_rule_group_iterations_missed_total"), 0.0, 0.01),
    grows(external("prometheus_notifications_dropped_total"), 0.0, 0.1),
    grows(external("prometheus_notifications_errors_total"), 0.0, 0.1),
    grows(external("prometheus_target_scrapes_exceeded_sample_limit_total"), 0.0, 0.01),
    grows(external("alertmanager_notifications_failed_total"), 0.0, 0.003),
    grows(external("alertmanager_notification_requests_failed_total"), 0.0, 0.003),
    stands(external("scrape_samples_post_metric_relabeling"), 400.0, 30_000.0,
           job="mooring-gateway"),
)  # fmt: skip

OUTAGE = Scenario(
    "outage",
    "A replica is gone, the other sheds, the log drops, and nobody is told.",
    Span(_FIRST + 2 * _APART),
    (*healthy.LINES, *_OUTAGE),
    gone=(_GONE,),
)

SCENARIOS = (HEALTHY, DRIFTED, OUTAGE)
