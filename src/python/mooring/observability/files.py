"""All generated files: written by `mooring obs generate`, and compared by a test."""

from __future__ import annotations

from pathlib import Path

from mooring.observability.alertmanager.files import files as alertmanager
from mooring.observability.catalogue.files import files as catalogue
from mooring.observability.grafana.files import files as grafana
from mooring.observability.numbers import files as numbers
from mooring.observability.prometheus.files import files as prometheus
from mooring.observability.rules.files import files as rules


def generated() -> dict[str, str]:
    """Texts by their paths from the root of the repository."""
    return catalogue() | grafana() | rules() | alertmanager() | prometheus() | numbers()


def write(root: Path) -> list[str]:
    """Write what has changed below `root`; its paths."""
    changed = _changed(root)
    for path, text in changed.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return list(changed)


def stale(root: Path) -> list[str]:
    """Paths whose files are missing or not what would be written."""
    return list(_changed(root))


def _changed(root: Path) -> dict[str, str]:
    return {path: text for path, text in generated().items() if _text(root / path) != text}


def _text(path: Path) -> str | None:
    return path.read_text() if path.exists() else None
