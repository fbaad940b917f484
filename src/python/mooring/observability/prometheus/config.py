"""Prometheus' configuration as one document: whom it scrapes, by which rules, whom it tells.

What a target may expose is bounded twice: series that no panel and no rule of ours knows are
dropped, and a target with far more of them than its budget is not taken at all, since a label that
runs wild costs all others their history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Several times what the largest of them exposes (docs/metrics.md): a wall, not the budget.
MOST_SAMPLES = 20_000
# No metric of ours has more; Prometheus adds job and instance.
MOST_LABELS = 12
LONGEST_NAME = 64
# Bins are named by the values they hold.
LONGEST_VALUE = 256

# Ours, those of the process, and those of its interpreter.
_KEPT = "(mooring|process|python)_.+"

GATEWAY = "mooring-gateway"
SERVICE = "mooring-service"
MONITOR = "mooring-monitor"
PROMETHEUS = "prometheus"
ALERTMANAGER = "alertmanager"


@dataclass(frozen=True)
class Job:
    """What is scraped under one name: addresses, or a file that lists them and is followed."""

    name: str
    targets: tuple[str, ...] = ()
    file: str = ""

    @property
    def ours(self) -> bool:
        """Whether the catalogue knows what it exposes."""
        return self.name in (GATEWAY, SERVICE, MONITOR)


@dataclass(frozen=True)
class Scrape:
    """The whole of it; paths are relative to the file."""

    jobs: tuple[Job, ...]
    alertmanager: str
    interval: str = "15s"
    rules: str = "rules/*.yaml"


SHIPPED = Scrape(
    jobs=(
        *(Job(name, file=f"targets/{name}.yaml") for name in (GATEWAY, SERVICE, MONITOR)),
        Job(PROMETHEUS, ("localhost:9090",)),
        Job(ALERTMANAGER, ("alertmanager:9093",)),
    ),
    alertmanager="alertmanager:9093",
)


def config(scrape: Scrape) -> dict[str, Any]:
    """The configuration."""
    return {
        "global": {"scrape_interval": scrape.interval, "evaluation_interval": scrape.interval},
        "rule_files": [scrape.rules],
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": [scrape.alertmanager]}]}],
        },
        "scrape_configs": [_job(job, scrape.interval) for job in scrape.jobs],
    }


def _job(job: Job, interval: str) -> dict[str, Any]:
    found = {"job_name": job.name, **_timeout(interval), **_targets(job)}
    return found | (_guard() if job.ours else {})


def _timeout(interval: str) -> dict[str, str]:
    # A scrape that takes longer than its interval is one that never ends; the default is 10 s.
    return {} if interval == "15s" else {"scrape_timeout": interval}


def _targets(job: Job) -> dict[str, Any]:
    if job.file:
        return {"file_sd_configs": [{"files": [job.file]}]}
    return {"static_configs": [{"targets": list(job.targets)}]}


def _guard() -> dict[str, Any]:
    return {
        "sample_limit": MOST_SAMPLES,
        "label_limit": MOST_LABELS,
        "label_name_length_limit": LONGEST_NAME,
        "label_value_length_limit": LONGEST_VALUE,
        "metric_relabel_configs": [
            {"source_labels": ["__name__"], "regex": _KEPT, "action": "keep"}
        ],
    }
