"""Writes what the page needs to draw the pictures: see build-support/pictures/render.

python -m mooring.observability.pictures REPOSITORY FOLDER [NAME…]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mooring.observability.pictures.answers import Json, answers
from mooring.observability.pictures.every import PICTURES, SCENARIOS, VARIABLES, Picture
from mooring.observability.pictures.repeats import repeated, rows_of, unfolded
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.rules.every import groups
from mooring.observability.trial.asked import read
from mooring.observability.trial.choices import filled as choose
from mooring.observability.trial.clock import Window
from mooring.observability.trial.database import filled

# A scenario begins with nothing: the first rates are low. A full hour at the end would be cut off.
_BEFORE_RATES = 900.0
_LAST_LABEL = 300.0

# Of a live run: the last minutes, as `mooring obs` scrapes.
_LIVE_SECONDS = 300.0
_LIVE_STEP = 5.0


def main(root: Path, folder: Path, names: Sequence[str]) -> None:
    """One JSON file for each picture: the dashboard, and the answers to its queries."""
    chosen = [picture for picture in PICTURES if not names or picture.name in names]
    with TemporaryDirectory() as scratch, filled(Path(scratch), SCENARIOS, groups()) as client:
        for picture in chosen:
            if picture.scenario:
                span = picture.scenario.span
                window = Window(span.start + _BEFORE_RATES, span.end - _LAST_LABEL, span.step)
                about = f"Scenario: {picture.origin}. Generated values."
                _write(folder, picture, content(root, picture, client, window, about))


def live(root: Path, folder: Path, url: str) -> None:
    """The same of what runs now, which the Prometheus at `url` scrapes."""
    client, now = PrometheusClient(url), time.time()
    window = Window(now - _LIVE_SECONDS, now, _LIVE_STEP)
    for picture in PICTURES:
        if not picture.scenario:
            about = "A live run with real flights."
            _write(folder, picture, content(root, picture, client, window, about))


def content(
    root: Path, picture: Picture, client: PrometheusClient, window: Window, about: str
) -> dict[str, object]:
    """All that the page is told of one picture."""
    file = root / "deploy" / "grafana" / "dashboards" / f"{picture.uid}.json"
    text = file.read_text(encoding="utf-8")
    shown = rows_of(json.loads(text), picture.rows)
    dashboard = unfolded(shown, _repeats(text, client, window))
    return {
        "dashboard": dashboard,
        "results": answers(client, dashboard, window, VARIABLES),
        "variables": {**VARIABLES, "version": "All"} if _per_model(dashboard) else {},
        "about": about,
        "from": window.start * 1000,
        "to": window.end * 1000,
    }


def _write(folder: Path, picture: Picture, told: dict[str, object]) -> None:
    target = folder / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{picture.name}.json").write_text(json.dumps(told), encoding="utf-8")


def _repeats(text: str, client: PrometheusClient, window: Window) -> dict[str, Sequence[str]]:
    """The values of the variables by which panels are repeated: all that there are."""
    wanted = repeated(json.loads(text))
    return {
        variable.name: client.label_values(
            variable.label, choose(variable.match, VARIABLES), window.start, window.end
        )
        for variable in read(text).variables
        if variable.name in wanted
    }


def _per_model(dashboard: Json) -> bool:
    return any(one["name"] == "model" for one in dashboard["templating"]["list"])


if __name__ == "__main__":
    repository, target, words = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    if words[:1] == ["--live"]:
        live(repository, target, words[1])
    else:
        main(repository, target, words)
