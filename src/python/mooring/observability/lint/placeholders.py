"""Labels that a text takes from the series that it names."""

from __future__ import annotations

import re

_LEGEND = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_TEMPLATE = re.compile(r"\$labels\.([A-Za-z_]\w*)")


def placeholders(legend: str) -> tuple[str, ...]:
    """Labels of a legend, as Grafana writes them: `{{model}}`."""
    return tuple(dict.fromkeys(_LEGEND.findall(legend)))


def template_labels(text: str) -> tuple[str, ...]:
    """Labels of an alert's text, as Prometheus writes them: `{{ $labels.model }}`."""
    return tuple(dict.fromkeys(_TEMPLATE.findall(text)))
