"""What of a dashboard is drawn: some of its rows, and panels as often as a variable has values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mooring.observability.panel import COLUMNS

Json = Mapping[str, Any]


def repeated(dashboard: Json) -> set[str]:
    """Names of the variables by which panels are repeated."""
    return {panel["repeat"] for panel in dashboard["panels"] if panel.get("repeat")}


def unfolded(dashboard: Json, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The dashboard with a panel for each value, side by side, and what is below further down."""
    panels: list[dict[str, Any]] = []
    shift = 0
    for panel in dashboard["panels"]:
        chosen = values.get(panel.get("repeat", ""), ())
        copies = list(_copies(panel, chosen)) if chosen else [dict(panel)]
        for copy in copies:
            copy["gridPos"] = {**copy["gridPos"], "y": copy["gridPos"]["y"] + shift}
        shift += copies[-1]["gridPos"]["y"] - panel["gridPos"]["y"] - shift
        panels += copies
    return {**dashboard, "panels": panels}


def _copies(panel: Json, values: Sequence[str]) -> Iterator[dict[str, Any]]:
    place, variable = panel["gridPos"], panel["repeat"]
    across = min(panel.get("maxPerRow", len(values)), len(values))
    width = COLUMNS // across
    for index, value in enumerate(values):
        copy = json.loads(json.dumps(panel).replace(f"${variable}", value))
        down, right = divmod(index, across)
        at = {"x": right * width, "y": place["y"] + down * place["h"], "w": width}
        yield {**copy, "id": panel["id"] * 100 + index, "gridPos": {**place, **at}}


def rows_of(dashboard: Json, titles: Sequence[str]) -> dict[str, Any]:
    """The dashboard with these rows only, moved up; with no titles, all of it."""
    kept: list[Json] = []
    up, chosen = 0, not titles
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            top = max((p["gridPos"]["y"] + p["gridPos"]["h"] for p in kept), default=0)
            up, chosen = panel["gridPos"]["y"] - top, not titles or panel["title"] in titles
        if chosen:
            kept.append({**panel, "gridPos": {**panel["gridPos"], "y": panel["gridPos"]["y"] - up}})
    return {**dashboard, "panels": kept}
