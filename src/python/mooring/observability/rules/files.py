"""The files under deploy/ that this package writes."""

from __future__ import annotations

from mooring.observability.documents import yaml_text
from mooring.observability.rule import Group
from mooring.observability.rules.documents import group_document
from mooring.observability.rules.every import groups, promised
from mooring.observability.rules.kubernetes import JOBS, monitor, prometheus_rule

FOLDER = "deploy/prometheus/rules"
OPERATOR = "deploy/kubernetes/monitoring"


def files() -> dict[str, str]:
    """Texts by their paths from the root of the repository."""
    links = promised().links
    rules = {
        f"{FOLDER}/{file_of(group)}": yaml_text({"groups": [group_document(group, links)]})
        for group in groups()
    }
    objects = {
        f"{OPERATOR}/rules-{file_of(group)}": yaml_text(prometheus_rule(group, links))
        for group in groups()
    }
    monitors = {f"{OPERATOR}/{job.job}.yaml": yaml_text(monitor(job)) for job in JOBS}
    return rules | objects | monitors


def file_of(group: Group) -> str:
    """A file for each group, called as it is."""
    return f"{group.name.removeprefix('mooring-')}.yaml"
