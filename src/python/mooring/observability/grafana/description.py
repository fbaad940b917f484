"""What a panel says of itself: what it means, what is normal, what to do, and where to read on.

A title between asterisks refers to another panel; where that is on another board, it is a link.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.ids import panel_id, panel_named
from mooring.observability.panel import Board, Panel
from mooring.observability.planned import is_planned, planned_metrics
from mooring.observability.rules.every import alerts, promised
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Metric

_REFERENCE = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
# Whoever follows a link stays with the model and the time range.
_KEPT = "${__url_time_range}&${__all_variables}"


def described(board: Board, panel: Panel) -> str:
    """The description in Markdown, a paragraph for each part. Raises LookupError."""
    said = (panel.meaning, f"**Normal:** {panel.normal}", f"**Otherwise:** {panel.action}")
    linked = [_REFERENCE.sub(lambda found: _reference(board, found[1]), part) for part in said]
    parts = (*linked, _runbooks(board, panel), planned_note(panel))
    return "\n\n".join(part for part in parts if part)


def _reference(board: Board, title: str) -> str:
    home = _home(board, title)
    if home.uid == board.uid:
        return f"*{title}*"
    place = f"/d/{home.uid}?viewPanel={panel_id(home, panel_named(home, title))}"
    return f"[{title}, on {home.title}]({place}&{_KEPT})"


def _home(board: Board, title: str) -> Board:
    """The board that has a panel with this title: this one, or the one most like it."""
    homes = [other for other in BOARDS if title in {panel.title for panel in other.panels}]
    nearest = sorted(homes, key=lambda b: (b.uid != board.uid, b.per_model != board.per_model))
    if not nearest:
        raise LookupError(f'{board.title}: a description names the panel "{title}"; none is so')
    return nearest[0]


def _runbooks(board: Board, panel: Panel) -> str:
    about = [a.name for a in alerts() if (a.board, a.panel) == (board.uid, panel.title)]
    links = [f"[{name}]({promised().links.runbooks}/{name}.md)" for name in about]
    return f"**Runbooks** of its alerts: {', '.join(links)}" if links else ""


def planned_note(panel: Panel, catalogue: Sequence[Metric] = CATALOGUE) -> str:
    """What is said of a panel whose metrics, or some of them, nobody exports yet."""
    if is_planned(panel, catalogue):
        return "_It is planned: no process exports its metrics yet, so it stays empty._"
    waiting = sorted(
        {name for query in panel.queries for name in planned_metrics(query, catalogue)}
    )
    names = ", ".join(f"`{name}`" for name in waiting)
    return f"_Partly planned: no process exports {names} yet._" if names else ""
