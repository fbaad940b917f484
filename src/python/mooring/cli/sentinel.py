"""Prometheus' rules and Alertmanager's message without either: the alerts that ask for a retrain,
evaluated over what the monitor exposes, and posted to the same webhook.

For a demonstration where neither is installed. It knows the one form that these rules have.
"""

from __future__ import annotations

import hashlib
import json
import re
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from mooring.observability.rule import Alert
from mooring.observability.rules.every import alerts

_SIDE = (
    r"max by \((?P<by{n}>[a-z_, ]+)\) "
    r"\((?P<metric{n}>\w+)\{{(?P<label{n}>\w+)=~\"(?P<value{n}>\w+)\"\}}\)"
)
_FORM = re.compile(rf"{_SIDE.format(n=1)} >= {_SIDE.format(n=2)}")
_SECONDS = 10.0

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rule:
    """`max by (…) (left{label="value"}) >= max by (…) (right{label="value"})` of one alert."""

    alert: Alert
    by: tuple[str, ...]
    left: str
    right: str
    label: str
    value: str

    @classmethod
    def of(cls, alert: Alert) -> Rule:
        """Read an alert's expression. Raises ValueError for another form."""
        found = _FORM.fullmatch(alert.expr)
        if found is None or found["by1"] != found["by2"] or found["value1"] != found["value2"]:
            raise ValueError(f"{alert.name} has an expression that only Prometheus evaluates")
        by = tuple(name.strip() for name in found["by1"].split(","))
        sides = (found["metric1"], found["metric2"], found["label1"], found["value1"])
        return cls(alert, by, *sides)

    def firing(self, samples: Sequence[Sample]) -> list[Labels]:
        """The labels of each series that fires, sorted."""
        left, right = (self._largest(samples, name) for name in (self.left, self.right))
        return sorted(of for of in left if of in right and left[of] >= right[of])

    def _largest(self, samples: Sequence[Sample], name: str) -> dict[Labels, float]:
        found: dict[Labels, float] = {}
        for sample in samples:
            if sample.name == name and sample.labels.get(self.label) == self.value:
                of = tuple((each, sample.labels[each]) for each in self.by)
                found[of] = max(sample.value, found.get(of, sample.value))
        return found


def retraining_rules() -> tuple[Rule, ...]:
    """The alerts whose action is to retrain, as they are shipped."""
    return tuple(Rule.of(alert) for alert in alerts() if alert.action == "retrain")


@dataclass
class Sentinel:
    """Looks at a monitor, and tells its webhook what fires and what no longer does."""

    monitor: str
    token: str
    rules: tuple[Rule, ...] = field(default_factory=retraining_rules)
    _since: dict[tuple[str, Labels], datetime] = field(default_factory=dict)

    def look(self) -> None:
        """Evaluate once, and post what there is to tell."""
        samples = samples_of(self.monitor)
        firing = {(r.alert.name, of): r for r in self.rules for of in r.firing(samples)}
        now = datetime.now(UTC)
        resolved = self._since.keys() - firing.keys()
        for key in firing:
            self._since.setdefault(key, now)
        told = [self._alert(key, "firing") for key in sorted(firing)]
        told += [self._alert(key, "resolved") for key in sorted(resolved)]
        for key in resolved:
            del self._since[key]
        if told:
            self._post(told)

    def _alert(self, key: tuple[str, Labels], status: str) -> dict[str, Any]:
        name, of = key
        alert = next(rule.alert for rule in self.rules if rule.alert.name == name)
        labels = {"alertname": name, "severity": alert.severity, "action": alert.action, **dict(of)}
        return {
            "status": status,
            "labels": labels,
            "annotations": {"description": alert.description},
            "startsAt": self._since[key].isoformat(),
            "fingerprint": hashlib.sha256(json.dumps([name, *of]).encode()).hexdigest()[:16],
        }

    def _post(self, told: Sequence[Mapping[str, Any]]) -> None:
        group = {"version": "4", "groupKey": "{}:{sentinel}", "receiver": "monitor"}
        body = json.dumps({**group, "alerts": told}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(  # noqa: S310, an address of our own
            f"{self.monitor}/hooks/alertmanager", body, headers
        )
        with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310
            pass


def samples_of(monitor: str) -> list[Sample]:
    """All that a monitor exposes now."""
    with urllib.request.urlopen(f"{monitor}/metrics", timeout=_SECONDS) as answer:  # noqa: S310
        exposition = answer.read().decode()
    return [s for family in text_string_to_metric_families(exposition) for s in family.samples]
