"""How much there is: docs/observability/numbers.md, counted, so that no figure of it is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mooring.observability.boards.every import BOARDS
from mooring.observability.documents import WRITTEN_BY
from mooring.observability.grafana.files import files as grafana
from mooring.observability.planned import is_planned
from mooring.observability.rules.every import alerts, recorded
from mooring.observability.trial.asked import read
from mooring.observability.trial.choices import choices
from mooring.observability.trial.every import SCENARIOS
from mooring.observability.trial.fleet import MODELS
from mooring.telemetry.budget import BUDGET, LARGEST, most_series
from mooring.telemetry.catalogue import CATALOGUE, metrics_of

PAGE = "docs/observability/numbers.md"

_ABOUT = (
    "Counted from the catalogue, the boards, the rules and the trial. What was measured is in "
    "[observability.md](../observability.md#numbers)."
)


def files() -> dict[str, str]:
    """The page by its path from the root of the repository."""
    rows = "\n".join(f"| {what} | {count} |" for what, count in counts())
    table = f"| What | how many |\n|---|---|\n{rows}\n"
    return {PAGE: f"<!-- {WRITTEN_BY} -->\n# Observability in numbers\n\n{_ABOUT}\n\n{table}"}


def counts() -> Iterator[tuple[str, str]]:
    """What is counted, and what it comes to."""
    planned = sum(metric.planned for metric in CATALOGUE)
    yield "metrics in the catalogue", f"{len(CATALOGUE)}, {planned} of them planned"
    for process, budget in BUDGET.items():
        most = f"at most {most_series(process, LARGEST[process]):,} series of {budget:,} allowed"
        yield f"metrics that the {process} exports", f"{len(metrics_of(process))}, {most}"
    panels = [panel for board in BOARDS for panel in board.panels]
    waiting = sum(is_planned(panel) for panel in panels)
    yield "dashboards", f"{len(BOARDS)}"
    yield "panels", f"{len(panels)}, {waiting} of them planned"
    yield "queries of panels", f"{sum(len(panel.queries) for panel in panels)}"
    yield "queries put in the trial", f"{_put()}"
    yield "series that rules record", f"{len(recorded())}"
    yield "alerts", _alerts()


def _alerts() -> str:
    severities = Counter(alert.severity for alert in alerts())
    planned = sum(alert.planned for alert in alerts())
    each = ", ".join(f"{severities[name]} {name}" for name in ("page", "ticket", "info"))
    return f"{len(alerts())}: {each}; {planned} of them planned"


def _put() -> int:
    """Each query of a panel and of an event, for each choice of variables, in each scenario."""
    boards = [read(text) for path, text in grafana().items() if "/dashboards/mooring-" in path]
    return sum(
        (len(board.queries) + len(board.annotations))
        * len(list(choices(board, scenario.span.window, _values)))
        for board in boards
        for scenario in SCENARIOS
    )


def _values(label: str, match: str) -> Sequence[str]:
    """What the variables of a board are in the trial: its fleet's models, and their versions."""
    if label == "model":
        return [model.name for model in MODELS]
    return [v.name for model in MODELS if f'"{model.name}"' in match for v in model.versions]
