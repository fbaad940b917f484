"""What Alertmanager sends to a webhook (its version 4), read strictly where the monitor relies on
it and without a glance at the rest.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from mooring.monitor.incidents.errors import Malformed

# A group holds the alarms of one model: some dozens, of two thousand bytes each.
LARGEST_BODY = 1024 * 1024

_MOST_ALERTS = 1000
_OPEN = ConfigDict(frozen=True, extra="ignore", strict=True)
_Text = Annotated[str, Field(max_length=4096)]

Action = Literal["retrain", "block", "none"]


class _Alert(BaseModel):
    model_config = _OPEN

    status: Literal["firing", "resolved"]
    labels: dict[_Text, _Text]
    annotations: dict[_Text, _Text] = {}
    starts_at: Annotated[AwareDatetime, Field(alias="startsAt")]
    fingerprint: Annotated[str, Field(min_length=1, max_length=64)]


class _Webhook(BaseModel):
    model_config = _OPEN

    version: Literal["4"]
    group_key: Annotated[str, Field(alias="groupKey", min_length=1, max_length=65_536)]
    alerts: Annotated[tuple[_Alert, ...], Field(strict=False, max_length=_MOST_ALERTS)]


@dataclass(frozen=True)
class Alarm:
    """One alert: `started` in µs since 1970, by which, with its fingerprint, it is known again."""

    name: str
    model: str
    action: Action
    monitor: str
    version: str
    fingerprint: str
    started: int
    firing: bool
    summary: str = ""

    @property
    def started_seconds(self) -> float:
        """When it began to fire, in seconds since 1970."""
        return self.started / 1e6


@dataclass(frozen=True)
class Group:
    """One call: the alarms that Alertmanager tells of together."""

    key: str
    alarms: tuple[Alarm, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """Whose alarms these are."""
        return tuple(sorted({alarm.model for alarm in self.alarms}))

    def asking(self, model: str) -> tuple[Alarm, ...]:
        """The firing alarms that ask for a retraining of `model`."""
        return tuple(
            a for a in self.alarms if a.model == model and a.firing and a.action == "retrain"
        )


def parse_group(body: bytes) -> Group:
    """Read the body of a webhook. Raises Malformed, which repeats nothing of it."""
    try:
        told = _Webhook.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        # Names of labels come from outside; numbers and names of our own fields do not.
        path = ".".join(str(part) for part in first["loc"][:3])
        raise Malformed(
            "it is no webhook of Alertmanager in its version 4",
            place=f"body, {path}" if path else "body",
            cure="Let Alertmanager's webhook_config call this address: docs/alerting.md.",
        ) from None
    return Group(told.group_key, tuple(_alarm(alert) for alert in told.alerts))


def idempotency_key(group: str, alarms: Iterable[Alarm]) -> str:
    """One name for one request: the group, and which alarms of it since when, in any order."""
    since = sorted((alarm.fingerprint, alarm.started) for alarm in alarms)
    return hashlib.sha256(json.dumps([group, since]).encode()).hexdigest()


def _alarm(alert: _Alert) -> Alarm:
    labels = alert.labels
    action: Action = "none"
    if labels.get("action") in ("retrain", "block"):
        action = "retrain" if labels["action"] == "retrain" else "block"
    return Alarm(
        name=labels.get("alertname", ""),
        model=labels.get("model", ""),
        action=action,
        monitor=labels.get("monitor", ""),
        version=labels.get("version", ""),
        fingerprint=alert.fingerprint,
        started=_micros(alert.starts_at),
        firing=alert.status == "firing",
        summary=alert.annotations.get("summary", ""),
    )


def _micros(at: datetime) -> int:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
