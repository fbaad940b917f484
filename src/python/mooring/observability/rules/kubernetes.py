"""The same rules, and whom to scrape, as objects of the Prometheus operator.

For the operator's `monitoring.coreos.com/v1`: a PrometheusRule for each group, and a monitor for
each job. Jobs keep the names that rules and boards ask for, whatever the objects are called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from mooring.observability.rule import Group
from mooring.observability.rules.documents import group_document
from mooring.observability.rules.objectives import Links

Document = dict[str, Any]
API = "monitoring.coreos.com/v1"
# An operator chooses rules and monitors by label; these are chosen by this one.
PART_OF = {"app.kubernetes.io/part-of": "mooring"}

# As the files for a Prometheus without an operator have it; `prometheus/config.py` has the reasons.
_INTERVAL = "15s"
_KEPT = "(mooring|process|python)_.+"


@dataclass(frozen=True)
class Scraped:
    """One job: its pods carry the label `app.kubernetes.io/name` with the job's name."""

    job: str
    kind: Literal["ServiceMonitor", "PodMonitor"]
    port: str


# A gateway and the monitor have a port of their own for metrics, which a service offers. A model
# service has one port for all, and each of its pods is asked, whether it is ready or not.
JOBS = (
    Scraped("mooring-gateway", "ServiceMonitor", "metrics"),
    Scraped("mooring-service", "PodMonitor", "http"),
    Scraped("mooring-monitor", "ServiceMonitor", "metrics"),
)


def prometheus_rule(group: Group, links: Links) -> Document:
    """One group as a PrometheusRule."""
    spec = {"groups": [group_document(group, links)]}
    return _object("PrometheusRule", f"{group.name}-rules", spec)


def monitor(scraped: Scraped) -> Document:
    """One job as a ServiceMonitor or PodMonitor."""
    ends = "endpoints" if scraped.kind == "ServiceMonitor" else "podMetricsEndpoints"
    end = {
        "port": scraped.port,
        "path": "/metrics",
        "interval": _INTERVAL,
        "relabelings": [{"targetLabel": "job", "replacement": scraped.job}],
        "metricRelabelings": [
            {"sourceLabels": ["__name__"], "regex": _KEPT, "action": "keep"},
        ],
    }
    chosen = {"matchLabels": {"app.kubernetes.io/name": scraped.job, **PART_OF}}
    return _object(scraped.kind, scraped.job, {"selector": chosen, ends: [end]})


def _object(kind: str, name: str, spec: Document) -> Document:
    return {
        "apiVersion": API,
        "kind": kind,
        "metadata": {"name": name, "labels": dict(PART_OF)},
        "spec": spec,
    }
