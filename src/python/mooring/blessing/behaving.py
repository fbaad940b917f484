"""The behaviours that a gate declares, asked of the loaded model on rows of the holdout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from mooring.blessing.behaviour import (
    Behaviour,
    Change,
    Direction,
    Invariance,
    MinimumFunction,
    unfit,
)
from mooring.blessing.evidence import Check, Verdict
from mooring.blessing.hearing import sampled
from mooring.bundle.load import LoadedModel
from mooring.contract.contract import Contract
from mooring.contract.errors import InvalidRows
from mooring.contract.feature import Feature
from mooring.contract.request import RequestSchema
from mooring.data.columns import instances_from
from mooring.evaluation.metrics import Floats

# Rows that are changed and predicted again; a second for a model of 50 µs a row and ten values.
MOST_ROWS = 1_000

# A share of fewer rows says little.
LEAST_ROWS = 30

Instances = Sequence[Mapping[str, Any]]


def behaviour_checks(
    behaviours: tuple[Behaviour, ...], loaded: LoadedModel, holdout: pl.DataFrame
) -> Iterator[Check]:
    """One check a behaviour. Raises GateUnusable for what the contract does not accept."""
    rows = instances_from(loaded.bundle.contract, sampled(holdout, MOST_ROWS))
    for behaviour in behaviours:
        match behaviour:
            case MinimumFunction():
                yield _minimum(behaviour, loaded)
            case Invariance() | Direction():
                yield _changed(behaviour, loaded, rows)


@dataclass(frozen=True)
class _Moves:
    """By how much the answers moved, shape (changes,): rows as they are against rows changed."""

    by: Floats

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.by).all())


def _changed(behaviour: Invariance | Direction, loaded: LoadedModel, rows: Instances) -> Check:
    moves = _moves(behaviour.change, loaded, rows)
    held = _holds(behaviour, moves.by)
    obstacle = ""
    if len(held) < LEAST_ROWS:
        obstacle = f"{len(held)} changed rows that the contract accepts, fewer than {LEAST_ROWS}"
    elif not moves.finite:
        obstacle = "the model answers some rows with no number"
    share = float(held.mean()) if not obstacle else None
    verdict: Verdict = "inconclusive"
    if share is not None:
        verdict = "blessed" if share >= behaviour.share else "refused"
    return Check(
        name=behaviour.name,
        rows=len(held),
        metric="share_held",
        value=share,
        demand=_demand(behaviour),
        verdict=verdict,
        reason=obstacle or _told(moves.by),
    )


def _moves(change: Change, loaded: LoadedModel, rows: Instances) -> _Moves:
    contract = loaded.bundle.contract
    pairs = [(row, other) for row in rows for other in _others(contract, change, row)]
    if not pairs:
        return _Moves(np.empty(0))
    before = _answers(loaded, [row for row, _ in pairs])
    return _Moves(_answers(loaded, [other for _, other in pairs]) - before)


def _others(contract: Contract, change: Change, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The row with each other value that the contract accepts. Raises GateUnusable for a feature or
    a value that it never does.
    """
    feature = _feature(contract, change)
    if change.by is None:
        values = [value for value in change.values if value != row[feature.name]]
        return [{**row, feature.name: value} for value in values]
    present = row[feature.name]
    if present is None:
        return []
    moved = present + change.by
    return [{**row, feature.name: moved}] if feature.accepts(moved) else []


def _feature(contract: Contract, change: Change) -> Feature:
    found = [f for f in contract.features if f.name == change.feature]
    if not found:
        raise unfit(f"{change.feature} is no feature of the contract")
    (feature,) = found
    if change.by is not None and feature.kind not in ("float", "integer"):
        raise unfit(f"{feature.name} is no number that could be moved")
    if not all(feature.accepts(value) for value in change.values):
        raise unfit(f"{feature.name} does not accept a value of the change")
    return feature


def _answers(loaded: LoadedModel, instances: Instances) -> Floats:
    return loaded.predict(RequestSchema(loaded.bundle.contract).check_all(instances))


def _holds(behaviour: Invariance | Direction, moves: Floats) -> Floats:
    if isinstance(behaviour, Invariance):
        return np.asarray(np.abs(moves) <= behaviour.tolerance)
    slack = behaviour.tolerance
    match behaviour.expects:
        case "rise":
            return np.asarray(moves > -slack if slack else moves > 0)
        case "fall":
            return np.asarray(moves < slack if slack else moves < 0)
        case "not fall":
            return np.asarray(moves >= -slack)
        case "not rise":
            return np.asarray(moves <= slack)


def _demand(behaviour: Invariance | Direction) -> str:
    change, share = behaviour.change, f"in {behaviour.share:.0%} of the rows"
    moved = f"{change.by:+g}" if change.by is not None else f"to {len(change.values)} values"
    if isinstance(behaviour, Invariance):
        return f"{change.feature} {moved}: within {behaviour.tolerance:g} {share}"
    return f"{change.feature} {moved}: {behaviour.expects} {share}"


def _told(moves: Floats) -> str:
    return f"moves {moves.min():.3g} to {moves.max():.3g}, {moves.mean():.3g} on average"


def _minimum(behaviour: MinimumFunction, loaded: LoadedModel) -> Check:
    try:
        answers = _answers(loaded, [case.instance for case in behaviour.cases])
    except InvalidRows as error:
        raise unfit(f"a case of “{behaviour.name}” breaks the contract, {error.place}") from None
    met = [case.met_by(float(a)) for case, a in zip(behaviour.cases, answers, strict=True)]
    wrong = [f"case {i + 1} is answered {answers[i]:.4g}" for i, ok in enumerate(met) if not ok]
    known = bool(np.isfinite(answers).all())
    verdict: Verdict = "refused" if wrong else "blessed"
    return Check(
        name=behaviour.name,
        rows=len(met),
        metric="share_held",
        value=float(np.mean(met)) if known else None,
        demand=f"all {len(met)} cases",
        verdict=verdict if known else "inconclusive",
        reason="; ".join(wrong),
    )
