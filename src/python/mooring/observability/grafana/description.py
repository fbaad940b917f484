"""What a panel says of itself: what it means, what is normal, what to do, and where to read on."""

from __future__ import annotations

from mooring.observability.panel import Board, Panel
from mooring.observability.planned import is_planned, planned_metrics
from mooring.observability.rules.every import alerts


def described(board: Board, panel: Panel) -> str:
    """The description in Markdown, a paragraph for each part."""
    parts = (
        panel.meaning,
        f"**Normal:** {panel.normal}",
        f"**Otherwise:** {panel.action}",
        _runbooks(board, panel),
        _planned(panel),
    )
    return "\n\n".join(part for part in parts if part)


def _runbooks(board: Board, panel: Panel) -> str:
    about = [a.name for a in alerts() if (a.board, a.panel) == (board.uid, panel.title)]
    return " ".join(f"Alert {name}: see `docs/runbooks/{name}.md`." for name in about)


def _planned(panel: Panel) -> str:
    if is_planned(panel):
        return "*It is planned: no process exports its metrics yet, so it stays empty.*"
    waiting = sorted({name for query in panel.queries for name in planned_metrics(query)})
    names = ", ".join(f"`{name}`" for name in waiting)
    return f"*Partly planned: no process exports {names} yet.*" if names else ""
