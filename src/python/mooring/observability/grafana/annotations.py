"""What happened, drawn over every panel: promotions, rollbacks, retrainings, alarms, aborts."""

from __future__ import annotations

from dataclasses import dataclass

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery

from mooring.observability.grafana.datasource import datasource
from mooring.observability.panel import Board
from mooring.observability.queries.scope import CHOSEN, EVERY, RATE_INTERVAL, Scope, aggregated
from mooring.telemetry.drift import DRIFT_EVIDENCE, DRIFT_THRESHOLD
from mooring.telemetry.models import MODEL_INFO
from mooring.telemetry.retraining import MODEL_PROMOTED, RETRAIN_STARTED
from mooring.telemetry.traffic import CANARY_ABORTED


@dataclass(frozen=True)
class Event:
    """One kind of event: an expression that has samples when it happens, and only then."""

    name: str
    expr: str
    colour: str
    labels: tuple[str, ...]


def events(board: Board) -> tuple[Event, ...]:
    """The events that `board` shows."""
    scope = CHOSEN if board.per_model else EVERY
    return (
        _promoted(scope),
        _came(scope),
        _went(scope),
        _retrained(scope),
        _alarmed(scope),
        _aborted(scope),
    )


def marks(board: Board) -> list[AnnotationQuery]:
    """The events as Grafana asks for them."""
    return [_annotation(event) for event in events(board)]


def _annotation(event: Event) -> AnnotationQuery:
    return (
        AnnotationQuery()
        .name(event.name)
        .datasource(datasource())
        .enable(True)
        .icon_color(event.colour)
        .expr(event.expr)
        .step("1m")
        .title_format(event.name)
        .text_format(" ".join(f"{{{{{label}}}}}" for label in event.labels))
        .tag_keys(",".join(event.labels))
    )


def _promoted(scope: Scope) -> Event:
    changed = f"changes({scope.select(MODEL_PROMOTED)}[{RATE_INTERVAL}])"
    expr = f"{aggregated('max', changed, 'model', 'version')} > 0"
    return Event("Promotions", expr, "green", ("model", "version"))


def _came(scope: Scope) -> Event:
    now, before = _versions(scope), _versions(scope, f" offset {RATE_INTERVAL}")
    return Event("New versions", f"{now} unless {before}", "purple", ("model", "version"))


def _went(scope: Scope) -> Event:
    # A rollback and the end of a challenger alike: what answered before is no longer there.
    now, before = _versions(scope), _versions(scope, f" offset {RATE_INTERVAL}")
    expr = f"{before} unless {now}"
    return Event("Rollbacks and withdrawals", expr, "orange", ("model", "version"))


def _retrained(scope: Scope) -> Event:
    changed = f"changes({scope.select(RETRAIN_STARTED)}[{RATE_INTERVAL}])"
    return Event("Retraining starts", f"{aggregated('max', changed, 'model')} > 0", "blue", _MODEL)


def _alarmed(scope: Scope) -> Event:
    labels = ("model", "version", "monitor")
    evidence, threshold = scope.most(DRIFT_EVIDENCE, *labels), scope.most(DRIFT_THRESHOLD, *labels)
    return Event("Drift alarms", f"{evidence} >= {threshold}", "red", labels)


def _aborted(scope: Scope) -> Event:
    return Event("Canary aborts", f"{scope.most(CANARY_ABORTED, *_MODEL)} > 0", "dark-red", _MODEL)


def _versions(scope: Scope, moved: str = "") -> str:
    return aggregated("max", scope.select(MODEL_INFO) + moved, "model", "version")


_MODEL = ("model",)
