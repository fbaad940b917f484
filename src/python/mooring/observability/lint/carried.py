"""Which labels the series of an expression carry, worked out from the expression alone.

`Carried.labels` are all that the series may have; `fixed` are those of them which an equality
pins to one value, so that they tell no two series apart; `owners` are the processes that export
them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch

import promql_parser as promql
from promql_parser import Expr

from mooring.observability.lint.promql import NAME, matchers, metric_of
from mooring.observability.lint.vocabulary import Vocabulary

_SAME_SERIES = ("topk", "bottomk", "limitk", "limit_ratio")
_NO_LABELS = frozenset[str]()


@dataclass(frozen=True)
class Carried:
    """Labels of an instant or range vector; not `known` where a name is missing or unknown."""

    labels: frozenset[str] = _NO_LABELS
    fixed: frozenset[str] = _NO_LABELS
    known: bool = True
    owners: frozenset[str] = _NO_LABELS

    @property
    def varying(self) -> frozenset[str]:
        """Labels by which one series differs from another."""
        return self.labels - self.fixed

    def kept(self, labels: frozenset[str]) -> Carried:
        """Only `labels` of them."""
        return replace(self, labels=self.labels & labels, fixed=self.fixed & labels)

    def dropped(self, labels: frozenset[str]) -> Carried:
        """All but `labels`."""
        return replace(self, labels=self.labels - labels, fixed=self.fixed - labels)

    def gained(self, labels: frozenset[str], fixed: frozenset[str] = _NO_LABELS) -> Carried:
        """With `labels` besides."""
        return replace(self, labels=self.labels | labels, fixed=(self.fixed - labels) | fixed)


@singledispatch
def carried(expr: Expr, series: Vocabulary) -> Carried | None:
    """What `expr` carries; None for a number, a text or another scalar."""
    return None


@carried.register
def _selector(expr: promql.VectorSelector, series: Vocabulary) -> Carried | None:
    found = series.get(metric_of(expr) or "")
    asked = {m.name for m in matchers(expr) if m.op == promql.MatchOp.Equal and m.name != NAME}
    if found is None:
        return Carried(frozenset(asked), frozenset(asked), known=False)
    return Carried(found.labels, found.labels & asked, owners=found.owners)


@carried.register
def _range(expr: promql.MatrixSelector, series: Vocabulary) -> Carried | None:
    return carried(expr.vector_selector, series)


@carried.register(promql.ParenExpr)
@carried.register(promql.UnaryExpr)
@carried.register(promql.SubqueryExpr)
def _around(
    expr: promql.ParenExpr | promql.UnaryExpr | promql.SubqueryExpr, series: Vocabulary
) -> Carried | None:
    return carried(expr.expr, series)


@carried.register
def _aggregate(expr: promql.AggregateExpr, series: Vocabulary) -> Carried | None:
    inner = carried(expr.expr, series) or Carried()
    op, modifier = str(expr.op), expr.modifier
    if op in _SAME_SERIES:
        return inner
    if modifier is None:
        kept = inner.kept(_NO_LABELS)
    elif modifier.type == promql.AggModifierType.By:
        kept = inner.kept(frozenset(modifier.labels))
    else:
        kept = inner.dropped(frozenset(modifier.labels))
    counted = expr.param if op == "count_values" else None
    return kept if counted is None else kept.gained(frozenset({counted.val}))


@carried.register
def _call(expr: promql.Call, series: Vocabulary) -> Carried | None:
    vectors = [found for argument in expr.args if (found := carried(argument, series)) is not None]
    match expr.func.name:
        case "scalar":
            return None
        case "vector":
            return Carried()
        case "absent" | "absent_over_time":
            return Carried(vectors[0].fixed, vectors[0].fixed, vectors[0].known)
        case "histogram_quantile":
            return vectors[0].dropped(frozenset({"le"}))
        case "label_replace" | "label_join":
            return vectors[0].gained(frozenset({expr.args[1].val}))
    if expr.func.return_type == promql.ValueType.Vector:
        return vectors[0] if vectors else Carried()  # hour() of nothing is of now
    return None


@carried.register
def _binary(expr: promql.BinaryExpr, series: Vocabulary) -> Carried | None:
    left, right = carried(expr.lhs, series), carried(expr.rhs, series)
    if left is None or right is None:
        return left or right
    op = str(expr.op)
    if op == "or":
        labels, known = left.labels | right.labels, left.known and right.known
        return Carried(labels, left.fixed & right.fixed, known, left.owners | right.owners)
    if op in ("and", "unless"):
        return left
    return _joined(expr, left, right)


def _joined(expr: promql.BinaryExpr, left: Carried, right: Carried) -> Carried:
    """One-to-one matches keep what was matched on; one to many keeps the many side's labels."""
    modifier = expr.modifier
    known, owners = left.known and right.known, left.owners | right.owners
    cards = promql.VectorMatchCardinality
    if modifier is not None and modifier.card in (cards.ManyToOne, cards.OneToMany):
        many, one = (left, right) if modifier.card == cards.ManyToOne else (right, left)
        extra = frozenset(modifier.group_labels or ())
        joined = many.gained(extra, one.fixed & extra)
        return Carried(joined.labels, joined.fixed | (one.fixed & many.labels), known, owners)
    labels = matched(expr, left.labels)
    return Carried(labels, (left.fixed | right.fixed) & labels, known, owners)


def matched(expr: promql.BinaryExpr, labels: frozenset[str]) -> frozenset[str]:
    """Those of `labels` that a match looks at."""
    matching = expr.modifier.matching if expr.modifier is not None else None
    if matching is None:
        return labels
    named = frozenset(matching.labels)
    include = matching.type == promql.LabelModifierType.Include
    return labels & named if include else labels - named
