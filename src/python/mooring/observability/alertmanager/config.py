"""Alertmanager's configuration as one document. Debian's 0.25 takes all of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mooring.observability.alertmanager.destinations import Destinations
from mooring.observability.alertmanager.inhibition import inhibitions
from mooring.observability.alertmanager.receivers import receivers, settings
from mooring.observability.alertmanager.routes import route
from mooring.observability.rule import Alert


def config(destinations: Destinations, alerts: Iterable[Alert]) -> dict[str, Any]:
    """The configuration; templates are found beside its file."""
    return {
        "global": settings(destinations),
        "templates": ["templates/*.tmpl"],
        "route": route(destinations),
        "inhibit_rules": inhibitions(alerts),
        "receivers": receivers(destinations),
    }
