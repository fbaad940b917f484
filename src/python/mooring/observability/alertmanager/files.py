"""The files under deploy/ that this package writes."""

from __future__ import annotations

from mooring.observability.alertmanager.config import config
from mooring.observability.alertmanager.destinations import SHIPPED, Destinations
from mooring.observability.alertmanager.templates import templates
from mooring.observability.documents import yaml_text
from mooring.observability.rules.every import alerts

FOLDER = "deploy/alertmanager"


def files() -> dict[str, str]:
    """Texts by their paths from the root of the repository."""
    return {f"{FOLDER}/{name}": text for name, text in texts(SHIPPED).items()}


def texts(destinations: Destinations) -> dict[str, str]:
    """Configuration and templates by their paths below one folder."""
    return {
        "alertmanager.yml": yaml_text(config(destinations, alerts())),
        "templates/mooring.tmpl": templates(),
    }
