"""Labels in a query that its series do not have: the query answers nothing, or too much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import singledispatch

import promql_parser as promql
from promql_parser import Expr

from mooring.observability.lint.carried import Carried, carried, matched
from mooring.observability.lint.promql import NAME, matchers, metric_of
from mooring.observability.lint.variables import ANYTHING
from mooring.observability.lint.vocabulary import Series, Vocabulary
from mooring.telemetry.standard import TARGET_LABELS

_PLAIN = re.compile(r"[\w@ .-]+(\|[\w@ .-]+)*")


@singledispatch
def label_mistakes(expr: Expr, series: Vocabulary) -> Iterator[str]:
    """What is wrong with the labels that this node names; its children are not looked at."""
    yield from ()


@label_mistakes.register
def _selector(expr: promql.VectorSelector, series: Vocabulary) -> Iterator[str]:
    found = series.get(metric_of(expr) or "")
    if found is None:
        return
    asked = frozenset(m.name for m in matchers(expr)) - {NAME}
    for label in sorted(asked - found.labels):
        yield f"{found.name} has no label {label}, only {_listed(found.labels)}"


@label_mistakes.register
def _aggregate(expr: promql.AggregateExpr, series: Vocabulary) -> Iterator[str]:
    if expr.modifier is not None:
        word = "by" if expr.modifier.type == promql.AggModifierType.By else "without"
        yield from _absent(expr.modifier.labels, carried(expr.expr, series), f"{expr.op} {word}")


@label_mistakes.register
def _binary(expr: promql.BinaryExpr, series: Vocabulary) -> Iterator[str]:
    left, right = carried(expr.lhs, series), carried(expr.rhs, series)
    if left is None or right is None:
        return
    if expr.modifier is not None:
        yield from _of_sides(expr.modifier, left, right)
    if str(expr.op) != "or":
        yield from _unequal(expr, left, right)
        yield from _strangers(expr, left, right)


def _of_sides(modifier: promql.BinModifier, left: Carried, right: Carried) -> Iterator[str]:
    matching, to_left = modifier.matching, promql.VectorMatchCardinality.ManyToOne
    if matching is not None and matching.type == promql.LabelModifierType.Include:
        yield from _absent(matching.labels, left, "on, left of the operator,")
        yield from _absent(matching.labels, right, "on, right of the operator,")
    elif matching is not None and left.known and right.known:
        either = Carried(left.labels | right.labels)
        yield from _absent(matching.labels, either, "ignoring")
    one = right if modifier.card == to_left else left
    yield from _absent(modifier.group_labels or (), one, "group_left or group_right")


def _unequal(expr: promql.BinaryExpr, left: Carried | None, right: Carried | None) -> Iterator[str]:
    """Sides that are matched on all their labels, and never have the same ones."""
    if left is None or right is None or not (left.known and right.known) or str(expr.op) == "or":
        return
    modifier = expr.modifier
    matching = modifier.matching if modifier is not None else None
    if matching is not None and matching.type == promql.LabelModifierType.Include:
        return
    ignored = frozenset(matching.labels if matching is not None else ())
    differ = (left.labels ^ right.labels) - ignored
    if differ:
        yield f"the sides of {expr.op} never match: only one of them has {_listed(differ)}"


def _strangers(expr: promql.BinaryExpr, left: Carried, right: Carried) -> Iterator[str]:
    """Sides that are matched on the target that they come from, and never come from one."""
    target = matched(expr, left.labels & right.labels) & frozenset(TARGET_LABELS)
    if target and left.owners and right.owners and not left.owners & right.owners:
        yield (
            f"the sides of {expr.op} never match: {_listed(left.owners)} and "
            f"{_listed(right.owners)} differ in {_listed(target)}"
        )


@label_mistakes.register
def _call(expr: promql.Call, series: Vocabulary) -> Iterator[str]:
    name = expr.func.name
    vector = next((c for a in expr.args if (c := carried(a, series)) is not None), None)
    if name == "histogram_quantile":
        yield from _absent(["le"], vector, name)
    if name == "label_replace":
        yield from _absent([expr.args[3].val], vector, name)
    if name == "label_join":
        yield from _absent([argument.val for argument in expr.args[3:]], vector, name)


def value_mistakes(expr: Expr, series: Vocabulary) -> Iterator[str]:
    """Values that a matcher of this node asks for and its label never takes."""
    found = series.get(metric_of(expr) or "") if isinstance(expr, promql.VectorSelector) else None
    if found is None or not isinstance(expr, promql.VectorSelector):
        return
    for matcher in matchers(expr):
        yield from _never(matcher, found)


def _never(matcher: promql.Matcher, found: Series) -> Iterator[str]:
    listed = found.values.get(matcher.name)
    if not listed or not matcher.value or ANYTHING in matcher.value:
        return
    pattern = matcher.op in (promql.MatchOp.Re, promql.MatchOp.NotRe)
    wanted = _alternatives(matcher.value) if pattern else (re.escape(matcher.value),)
    for want in wanted:
        if not any(re.fullmatch(want, value) for value in listed):
            text = want.replace("\\", "")
            yield f"{matcher.name} of {found.name} is never {text}, only {_listed(listed)}"


def _alternatives(pattern: str) -> tuple[str, ...]:
    """The plain values of `a|b|c`, each to be looked up, or the pattern as it is."""
    return tuple(pattern.split("|")) if _PLAIN.fullmatch(pattern) else (pattern,)


def _absent(labels: Iterable[str], vector: Carried | None, by: str) -> Iterator[str]:
    if vector is None or not vector.known:
        return
    for label in labels:
        if label not in vector.labels:
            yield f"{by} names the label {label}; the series carry {_listed(vector.labels)}"


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(sorted(labels)) or "no labels"
