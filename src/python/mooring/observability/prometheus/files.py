"""The files under deploy/ that this package writes."""

from __future__ import annotations

from mooring.observability.documents import yaml_text
from mooring.observability.prometheus.config import SHIPPED, config

FOLDER = "deploy/prometheus"


def files() -> dict[str, str]:
    """Texts by their paths from the root of the repository."""
    return {f"{FOLDER}/prometheus.yml": yaml_text(config(SHIPPED))}
