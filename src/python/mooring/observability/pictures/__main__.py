"""Writes what the page needs to draw the pictures: see build-support/pictures/render.

python -m mooring.observability.pictures REPOSITORY FOLDER [NAME…]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mooring.observability.pictures.answers import Json, answers
from mooring.observability.pictures.every import PICTURES, SCENARIOS, VARIABLES, Picture
from mooring.observability.pictures.repeats import repeated, unfolded
from mooring.observability.prometheus.client import PrometheusClient
from mooring.observability.rules.every import groups
from mooring.observability.trial.asked import read
from mooring.observability.trial.choices import filled as choose
from mooring.observability.trial.clock import Window
from mooring.observability.trial.database import filled

# A scenario begins with nothing: the first rates are low. A full hour at the end would be cut off.
_BEFORE_RATES = 900.0
_LAST_LABEL = 300.0


def main(root: Path, folder: Path, names: Sequence[str]) -> None:
    """One JSON file for each picture: the dashboard, and the answers to its queries."""
    chosen = [picture for picture in PICTURES if not names or picture.name in names]
    target = folder / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch, filled(Path(scratch), SCENARIOS, groups()) as client:
        for picture in chosen:
            told = json.dumps(content(root, picture, client))
            (target / f"{picture.name}.json").write_text(told, encoding="utf-8")


def content(root: Path, picture: Picture, client: PrometheusClient) -> dict[str, object]:
    """All that the page is told of one picture."""
    span = picture.scenario.span
    window = Window(span.start + _BEFORE_RATES, span.end - _LAST_LABEL, span.step)
    file = root / "deploy" / "grafana" / "dashboards" / f"{picture.uid}.json"
    text = file.read_text(encoding="utf-8")
    dashboard = unfolded(json.loads(text), _repeats(text, client, window))
    return {
        "dashboard": dashboard,
        "results": answers(client, dashboard, window, VARIABLES),
        "variables": {**VARIABLES, "version": "All"} if _per_model(dashboard) else {},
        "scenario": f"Scenario: {picture.scenario.name}. Generated values.",
        "until": picture.until,
        "from": window.start * 1000,
        "to": window.end * 1000,
    }


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
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
