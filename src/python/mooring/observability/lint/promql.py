"""PromQL as a tree: parsed once, and walked by those who check it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import promql_parser
from promql_parser import Expr

from mooring.contract.errors import MooringError

NAME = "__name__"


class NotPromQL(MooringError):
    """A text that is no PromQL."""


@lru_cache(maxsize=4096)
def parsed(text: str) -> Expr:
    """The tree of `text`. Raises NotPromQL."""
    try:
        return promql_parser.parse(text)
    except ValueError as refused:
        said = " ".join(str(refused).split())
        raise NotPromQL(said, place="PromQL", cure="Mend the expression.") from refused


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions that `expr` is made of."""
    match expr:
        case promql_parser.BinaryExpr():
            return expr.lhs, expr.rhs
        case promql_parser.Call():
            return tuple(expr.args)
        case promql_parser.MatrixSelector():
            return (expr.vector_selector,)
        case promql_parser.AggregateExpr():
            return (expr.expr,) if expr.param is None else (expr.param, expr.expr)
        case promql_parser.ParenExpr() | promql_parser.UnaryExpr() | promql_parser.SubqueryExpr():
            return (expr.expr,)
    return ()


def nodes(expr: Expr) -> Iterator[Expr]:
    """`expr` and all below it."""
    yield expr
    for child in children(expr):
        yield from nodes(child)


def selectors(expr: Expr) -> tuple[promql_parser.VectorSelector, ...]:
    """All selectors of series."""
    return tuple(n for n in nodes(expr) if isinstance(n, promql_parser.VectorSelector))


def matchers(selector: promql_parser.VectorSelector) -> tuple[promql_parser.Matcher, ...]:
    """What a selector asks of labels, its alternatives too."""
    asked = selector.matchers
    return (*asked.matchers, *(m for group in asked.or_matchers for m in group))


def metric_of(selector: promql_parser.VectorSelector) -> str | None:
    """The name that is selected; None where only a pattern of names is given."""
    if selector.name:
        return selector.name
    equal = promql_parser.MatchOp.Equal
    return next((m.value for m in matchers(selector) if (m.name, m.op) == (NAME, equal)), None)


def metrics(expr: Expr) -> tuple[str, ...]:
    """Names of all series that are selected, each once."""
    return tuple(dict.fromkeys(filter(None, map(metric_of, selectors(expr)))))
