"""Whom alerts reach and how quickly. Of what is secret only the file is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mooring.observability.rule import Severity


@dataclass(frozen=True)
class Pace:
    """How long a new group waits for its kin, how often it grows, when it is said once more."""

    wait: str
    interval: str
    repeat: str


# A page waits just long enough that what inhibits it can come first: two evaluations of a rule.
# What stays broken is said again once a shift, once a day, once a week.
PACES: Mapping[Severity, Pace] = MappingProxyType(
    {
        "page": Pace("30s", "5m", "4h"),
        "ticket": Pace("1m", "10m", "1d"),
        "info": Pace("5m", "30m", "1w"),
    }
)
# The monitor is told while an alert lasts, since a request that it declined may be due later.
MONITOR_PACE = Pace("1m", "5m", "1h")
# So often that a silence of minutes means something.
HEARTBEAT_PACE = Pace("0s", "1m", "2m")


@dataclass(frozen=True)
class Mail:
    """The mail server and the two ends; without `user` it is not asked who sends."""

    smarthost: str = "smtp.mooring.example:587"
    sender: str = "mooring@mooring.example"
    to: str = "on-call@mooring.example"
    user: str = "mooring@mooring.example"
    encrypted: bool = True


@dataclass(frozen=True)
class Destinations:
    """Receivers that exist; None leaves one out. `secrets` is the folder of the files below."""

    mail: Mail | None = Mail()
    slack_channel: str | None = "#mooring"
    pagerduty_url: str | None = "https://events.pagerduty.com/v2/enqueue"
    monitor_url: str | None = "http://monitor:8090/hooks/alertmanager"
    heartbeat_url: str | None = None
    secrets: str = "/etc/alertmanager/secrets"
    paces: Mapping[Severity, Pace] = field(default_factory=lambda: PACES)
    monitor_pace: Pace = MONITOR_PACE

    def secret(self, name: str) -> str:
        """Where a secret lies."""
        return f"{self.secrets}/{name}"


# What lies in the folder of the secrets: each file holds one value and nothing else.
MAIL_PASSWORD = "smtp_password"  # noqa: S105, the name of a file
SLACK_URL = "slack_url"
PAGERDUTY_KEY = "pagerduty_key"
MONITOR_TOKEN = "monitor_token"  # noqa: S105, the name of a file

SHIPPED = Destinations()

# Of `mooring obs`: the same routes, and nobody at their ends but who looks at Alertmanager's page.
LOCAL = Destinations(mail=None, slack_channel=None, pagerduty_url=None, monitor_url=None)
