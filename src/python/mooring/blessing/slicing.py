"""Which rows belong to which slice: values of categories, ranges of numbers, and nulls.

Every row of the holdout is in exactly one slice of a declaration, so that none passes unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mooring.blessing.errors import GateUnusable
from mooring.blessing.gate import Slice
from mooring.contract.contract import Contract
from mooring.contract.feature import Feature

Member = NDArray[np.bool_]


@dataclass(frozen=True)
class Group:
    """The rows of one slice; `reason` says what a name does not."""

    name: str
    member: Member
    reason: str = ""


def groups_of(contract: Contract, declared: Slice, holdout: pl.DataFrame) -> list[Group]:
    """Cut the holdout as declared. Raises GateUnusable where the contract has no such feature, or
    it cannot be cut so.
    """
    feature = _feature(contract, declared)
    column = holdout[feature.name]
    groups = [*_ranges(declared, column)] if declared.edges else [*_values(feature, column)]
    if declared.pool_small:
        groups = _pooled(declared, groups)
    null = column.is_null().to_numpy()
    return [*groups, Group(f"{feature.name} is null", null)] if null.any() else groups


def _feature(contract: Contract, declared: Slice) -> Feature:
    found = [f for f in contract.features if f.name == declared.feature]
    if not found:
        raise _unfit(f"the slice feature {declared.feature} is not in the contract")
    (feature,) = found
    if feature.sensitive:
        raise _unfit(f"{feature.name} is sensitive: its values would stand in the evidence")
    if declared.edges and feature.kind not in ("float", "integer"):
        raise _unfit(f"{feature.name} is no number: it has values, not edges")
    if not declared.edges and feature.kind in ("float", "integer"):
        raise _unfit(f"{feature.name} is a number: say at which edges it is cut")
    return feature


def _values(feature: Feature, column: pl.Series) -> Iterator[Group]:
    """A closed category's values, all of them: one that is missing here must not pass unseen."""
    present: list[object] = sorted(column.drop_nulls().unique().to_list())
    listed: list[object] = [False, True] if feature.kind == "boolean" else present
    if feature.categories and not feature.open:
        listed = list(feature.categories)
    for value in listed:
        member = (column == value).fill_null(False).to_numpy()
        yield Group(f"{feature.name} = {_spelled(value)}", member)


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ranges(declared: Slice, column: pl.Series) -> Iterator[Group]:
    name, edges = declared.feature, declared.edges
    values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    yield Group(f"{name} < {edges[0]:g}", values < edges[0])
    for low, high in pairwise(edges):
        yield Group(f"{low:g} ≤ {name} < {high:g}", (values >= low) & (values < high))
    yield Group(f"{name} ≥ {edges[-1]:g}", values >= edges[-1])


def _pooled(declared: Slice, groups: list[Group]) -> list[Group]:
    """The large groups as they are, and the small ones as one."""
    large = [g for g in groups if g.member.sum() >= declared.minimum_rows]
    small = [g for g in groups if g.member.sum() < declared.minimum_rows]
    if not small:
        return large
    values = ", ".join(group.name.partition(" = ")[2] for group in small)
    member = np.logical_or.reduce([group.member for group in small])
    return [*large, Group(f"{declared.feature} = (others)", member, f"others: {values}")]


def _unfit(problem: str) -> GateUnusable:
    return GateUnusable(problem, place="gate", cure="Mend models/<name>/gate.py.")
