"""Webhooks as Alertmanager sends them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

MODEL = "flight_delay"

# 2013-06-12T10:15:00Z, in seconds since 1970.
NOW = 1_371_032_100.0


def alert(
    fingerprint: str = "f1",
    started: float = NOW - 60,
    *,
    firing: bool = True,
    **labels: Any,
) -> dict[str, Any]:
    """One alert; `labels` come over those of a drifted score."""
    known = {
        "alertname": "ScoreDriftDetected",
        "model": MODEL,
        "version": "1",
        "monitor": "score",
        "severity": "ticket",
        "action": "retrain",
    }
    return {
        "status": "firing" if firing else "resolved",
        "labels": known | labels,
        "annotations": {"summary": "Predictions have drifted"},
        "startsAt": datetime.fromtimestamp(started, UTC).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z" if firing else stamp(started + 30),
        "generatorURL": "http://prometheus:9090/graph",
        "fingerprint": fingerprint,
    }


def block(fingerprint: str = "b1", started: float = NOW - 60, **more: Any) -> dict[str, Any]:
    """One alert that says that the data look broken."""
    labels = {"alertname": "DataBroken", "action": "block", "kind": "unit", "monitor": ""}
    return alert(fingerprint, started, **(labels | more))


def webhook(*alerts: dict[str, Any], key: str = '{}:{action="retrain"}') -> bytes:
    """The body of one call."""
    firing = any(each["status"] == "firing" for each in alerts)
    return json.dumps(
        {
            "receiver": "monitor",
            "status": "firing" if firing else "resolved",
            "alerts": alerts,
            "groupLabels": {"action": "retrain", "model": MODEL},
            "commonLabels": {},
            "commonAnnotations": {},
            "externalURL": "http://alertmanager:9093",
            "version": "4",
            "groupKey": key,
            "truncatedAlerts": 0,
        }
    ).encode()


def stamp(at: float) -> str:
    """A time as Alertmanager writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
