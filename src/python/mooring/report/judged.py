"""What each window and each cohort was found to be: the figures behind the evidence."""

from __future__ import annotations

import math

from mooring.monitor.judging.cohort import CohortJudgement, Moved
from mooring.monitor.judging.difference import Difference
from mooring.monitor.judging.window import WindowJudgement
from mooring.report.facts import Facts
from mooring.report.said import chance, days_of
from mooring.report.svg import number
from mooring.report.view import Table

_HEADER = (
    "window", "version", "rows", "score: index (critical), p", "classifier: area, p",
    "residual (critical), p", "loss (critical), p",
)  # fmt: skip


def judgements(facts: Facts) -> Table | None:
    """A row for each window with rows, the newest first; None before the first."""
    cohorts = {(c.reign, c.judged.window): c.judged for c in facts.cohorts}
    rows = tuple(
        (
            days_of(each.judged.window),
            str(each.judged.version),
            f"{each.judged.rows:,}",
            _score(each.judged.score),
            _classifier(each.judged),
            *_labels(cohorts.get((each.reign, each.judged.window))),
        )
        for each in reversed(facts.windows)
        if each.judged.rows
    )
    return Table(_HEADER, rows) if rows else None


def _score(found: Difference) -> str:
    if not found.testable:
        return found.untestable
    return f"{number(found.psi)} ({number(found.critical)}), {chance(found.p)}"


def _classifier(judged: WindowJudgement) -> str:
    told = judged.classifier
    return f"{number(told.area)}, {chance(told.p_value)}" if told else "–"


def _labels(judged: CohortJudgement | None) -> tuple[str, str]:
    if judged is None:
        return "not matured yet", "not matured yet"
    return _moved(judged.residual), _moved(judged.loss)


def _moved(found: Moved) -> str:
    if math.isnan(found.p):
        return found.untestable or "–"
    return f"{found.difference:+.3g} ({number(found.critical)}), {chance(found.p)}"
