"""All rules over all that is generated: dashboards, rules and their runbooks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mooring.observability.lint import runbooks as books
from mooring.observability.lint.asked import Asked
from mooring.observability.lint.board_rules import BOARD_RULES
from mooring.observability.lint.coverage import UNUSED, UNWATCHED, unused, unwatched, used_by
from mooring.observability.lint.document import BoardJson
from mooring.observability.lint.finding import Finding, Flaw
from mooring.observability.lint.layout_rules import LAYOUT_RULES
from mooring.observability.lint.panel_rules import PANEL_RULES
from mooring.observability.lint.query_rules import QUERY_RULES
from mooring.observability.lint.rule_rules import ALERT_RULES, RECORDED_RULES
from mooring.observability.lint.schema import (
    SCHEMA_OF_BOARDS,
    SCHEMA_OF_PANELS,
    board_fits,
    panel_fits,
)
from mooring.observability.lint.whole import Whole
from mooring.observability.rule import Alert, Group, Recorded
from mooring.observability.rules import every as rules
from mooring.telemetry.catalogue import CATALOGUE
from mooring.telemetry.metric import Metric

# Where the dashboards and the runbooks lie below the root of the repository.
DASHBOARDS = "deploy/grafana/dashboards"
RUNBOOKS = "docs/runbooks"

# The names of all rules, as findings give them.
RULES = (
    SCHEMA_OF_BOARDS, *BOARD_RULES, *LAYOUT_RULES, SCHEMA_OF_PANELS, *PANEL_RULES, *QUERY_RULES,
    *RECORDED_RULES, *ALERT_RULES, books.ORPHANS, UNWATCHED, UNUSED,
)  # fmt: skip

_WHOLE_BOARD = "the dashboard itself"


def findings(root: Path) -> tuple[Finding, ...]:
    """What is wrong with the committed dashboards, the rules and the runbooks below `root`."""
    return lint(dashboards(root), rules.groups(), runbooks(root))


def dashboards(root: Path) -> tuple[dict[str, Any], ...]:
    """The committed dashboards."""
    paths = sorted((root / DASHBOARDS).glob("*.json"))
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in paths)


def runbooks(root: Path) -> dict[str, str]:
    """The runbooks by the names of their alerts; README and the like are none."""
    paths = [path for path in sorted((root / RUNBOOKS).glob("*.md")) if not path.stem.isupper()]
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def lint(
    boards: Sequence[Mapping[str, Any]],
    groups: tuple[Group, ...],
    runbooks: Mapping[str, str],
    catalogue: tuple[Metric, ...] = CATALOGUE,
) -> tuple[Finding, ...]:
    """All findings, each once, in the order of boards, rules, runbooks and metrics.

    `boards` are in Grafana's classic JSON; `runbooks` are texts by the names of their alerts.
    """
    whole = Whole(tuple(map(BoardJson, boards)), groups, runbooks, catalogue)
    found = (*_of_boards(whole), *_of_rules(whole), *_of_runbooks(whole), *_of_metrics(whole))
    return tuple(dict.fromkeys(found))


def _of_boards(whole: Whole) -> Iterator[Finding]:
    for board in whole.boards:
        yield from _placed(board.place, _WHOLE_BOARD, SCHEMA_OF_BOARDS, board_fits(board))
        for rule, check in BOARD_RULES.items():
            yield from _placed(board.place, _WHOLE_BOARD, rule, check(board, whole.by_uid))
        for rule, check_layout in LAYOUT_RULES.items():
            for panel, flaw in check_layout(board):
                yield Finding(rule, board.place, panel.place, flaw.problem, flaw.cure)
        yield from _of_panels(board, whole)
    for asked in whole.shown:
        yield from _of_query(asked, whole)


def _of_panels(board: BoardJson, whole: Whole) -> Iterator[Finding]:
    for panel in board.panels:
        yield from _placed(board.place, panel.place, SCHEMA_OF_PANELS, panel_fits(panel))
        for rule, check in PANEL_RULES.items():
            yield from _placed(board.place, panel.place, rule, check(panel, whole.series))


def _of_rules(whole: Whole) -> Iterator[Finding]:
    for rule, asked in whole.rules:
        yield from _of_query(asked, whole)
        for name, flaws in _checks(rule, asked, whole):
            yield from _placed(asked.board, asked.panel, name, flaws)


def _checks(
    rule: Recorded | Alert, asked: Asked, whole: Whole
) -> Iterator[tuple[str, Iterator[Flaw]]]:
    if isinstance(rule, Recorded):
        yield from ((name, check(rule, asked, whole)) for name, check in RECORDED_RULES.items())
    else:
        yield from ((name, check(rule, asked, whole)) for name, check in ALERT_RULES.items())


def _of_runbooks(whole: Whole) -> Iterator[Finding]:
    yield from books.orphans(whole.runbooks, frozenset(alert.name for alert, _ in whole.alerts))
    for asked in whole.typed:
        yield from _of_query(asked, whole)


def _of_metrics(whole: Whole) -> Iterator[Finding]:
    recorded = {rule.name: asked for rule, asked in whole.rules if isinstance(rule, Recorded)}
    asked = (*whole.shown, *(asked for _, asked in whole.alerts))
    used = used_by(asked, recorded)
    yield from unwatched(whole.catalogue, used, whole.series)
    yield from unused(whole.recorded, used)


def _of_query(asked: Asked, whole: Whole) -> Iterator[Finding]:
    for rule, check in QUERY_RULES.items():
        yield from _placed(asked.board, asked.panel, rule, check(asked, whole.series))


def _placed(board: str, panel: str, rule: str, flaws: Iterator[Flaw]) -> Iterator[Finding]:
    return (Finding(rule, board, panel, flaw.problem, flaw.cure) for flaw in flaws)
