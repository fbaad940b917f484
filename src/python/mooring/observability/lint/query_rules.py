"""Rules for every expression, whoever asks it: a panel, a variable, an annotation, an alert."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import promql_parser as promql
from promql_parser import Expr

from mooring.observability.lint.asked import Asked
from mooring.observability.lint.carried import carried
from mooring.observability.lint.finding import Flaw
from mooring.observability.lint.mistakes import label_mistakes, value_mistakes
from mooring.observability.lint.nearest import perhaps
from mooring.observability.lint.promql import NotPromQL, children, metric_of, nodes, parsed
from mooring.observability.lint.variables import named
from mooring.observability.lint.vocabulary import Vocabulary

QueryRule = Callable[[Asked, Vocabulary], Iterator[Flaw]]

_OVER_TIME = ("rate", "irate", "increase")
# What may be asked of a counter as it is: whether it is there, and whether it moved.
_OF_COUNTERS = (*_OVER_TIME, "resets", "changes", "absent", "absent_over_time", "timestamp")


def is_promql(asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """The expression is PromQL once the variables have their values."""
    for text in asked.texts:
        try:
            parsed(text)
        except NotPromQL as refused:
            yield Flaw(f"the expression is not PromQL ({refused.problem})", refused.cure)


def variables_exist(asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """Every variable in it is the dashboard's or Grafana's own."""
    for name in named(asked.expr):
        if name not in asked.variables:
            near = perhaps(name, asked.variables)
            yield Flaw(f"there is no variable ${name}", f"Declare it, or name one there is{near}.")


def metrics_exist(asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """Every metric is in the catalogue, in the standard ones, or recorded by a rule."""
    for name in asked.metrics:
        if name not in series:
            yield Flaw(
                f"no metric is called {name}",
                f"Declare it in mooring.telemetry, record it, or name one there is"
                f"{perhaps(name, series)}.",
            )


def labels_exist(asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """Matchers, by, without, on, ignoring and group_left name labels that the series carry."""
    for tree in asked.trees:
        for node in nodes(tree):
            for mistake in label_mistakes(node, series):
                yield Flaw(mistake, "Name labels that the catalogue declares for the metric.")


def values_exist(asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """A matcher on a label whose values are listed asks for one of them."""
    for tree in asked.trees:
        for node in nodes(tree):
            for mistake in value_mistakes(node, series):
                yield Flaw(mistake, "Ask for a value that the catalogue lists.")


def texts_name_labels(asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """A legend or a text names labels that are left in the answer."""
    for tree in asked.trees:
        answer = carried(tree, series)
        for label in asked.labels:
            if answer is None or (answer.known and label not in answer.labels):
                left = ", ".join(sorted(answer.labels)) if answer and answer.labels else "none"
                yield Flaw(
                    f"its text names the label {label}, which the answer does not carry ({left})",
                    "Keep the label in the expression, or leave it out of the text.",
                )


def counters_are_rated(asked: Asked, series: Vocabulary) -> Iterator[Flaw]:
    """What only grows is asked as a rate or an increase, and only that."""
    for tree in asked.trees:
        for selector, function in _uses(tree, ""):
            found = series.get(metric_of(selector) or "")
            if found and found.grows and function not in _OF_COUNTERS:
                yield Flaw(
                    f"{found.name} is a counter and is asked for as it is",
                    "Put it into rate() or increase().",
                )
            if found and not found.grows and function in _OVER_TIME:
                yield Flaw(
                    f"{found.name} is a gauge and has no {function}()",
                    "Ask for the gauge itself, or for its delta().",
                )


def _uses(expr: Expr, function: str) -> Iterator[tuple[promql.VectorSelector, str]]:
    """Selectors, each with the function that is called on it directly."""
    if isinstance(expr, promql.VectorSelector):
        yield expr, function
    name = expr.func.name if isinstance(expr, promql.Call) else ""
    through = isinstance(expr, promql.MatrixSelector | promql.ParenExpr | promql.SubqueryExpr)
    for child in children(expr):
        yield from _uses(child, function if through else name)


# The names of dashboard-linter where its rule is the same.
QUERY_RULES: Mapping[str, QueryRule] = {
    "target-promql-rule": is_promql,
    "target-variable-rule": variables_exist,
    "target-metric-rule": metrics_exist,
    "target-label-rule": labels_exist,
    "target-value-rule": values_exist,
    "target-text-rule": texts_name_labels,
    "target-counter-agg-rule": counters_are_rated,
}
