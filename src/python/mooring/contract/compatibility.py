"""What a change of a contract means to the clients of a model, and which version it needs.

The judge is a client that was written for `before` and that nobody touches:

    breaking      a request that was accepted may be refused, or a value or an answer means
                  something else
    widening      every accepted request stays accepted, and some more are
    compatible    the same requests are accepted and mean the same

    feature       added and required, or removed                               breaking
                  added and optional                                           widening
                  integer to float                                             widening
                  any other kind, any other unit                               breaking
                  null, leaving out, a bound or a category: allowed / refused  widening / breaking
                  a category opened / closed                                   widening / breaking
                  order, description, example, sensitive, cluster, seasonal,
                  available_at, the list of an open category                   compatible
    prediction    name, kind, unit, label / description                        breaking / compatible
    limits        raised / lowered                                             widening / breaking
    contract      name / description                                           breaking / compatible

A removed feature breaks because unknown fields are refused. The whole change is as bad as its worst
part. The version itself is no change: `check_version` judges it by the others.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from mooring.contract.contract import Contract, Limits
from mooring.contract.errors import InvalidContract
from mooring.contract.feature import Bound, Feature

Verdict = Literal["compatible", "widening", "breaking"]

_MILD_TO_SEVERE: tuple[Verdict, ...] = ("compatible", "widening", "breaking")

# Fields whose new value is only told apart from the old one, with the verdict on any difference.
_OF_CONTRACT: dict[str, Verdict] = {"name": "breaking", "description": "compatible"}
_OF_PREDICTION: dict[str, Verdict] = {
    "name": "breaking", "kind": "breaking", "unit": "breaking", "label": "breaking",
    "description": "compatible",
}  # fmt: skip
_OF_FEATURE: dict[str, Verdict] = {
    "unit": "breaking", "sensitive": "compatible", "cluster": "compatible",
    "seasonal": "compatible", "available_at": "compatible", "description": "compatible",
    "example": "compatible",
}  # fmt: skip

# What it means that a field of a feature is now true or false.
_SWITCHED: dict[tuple[str, bool], tuple[str, Verdict]] = {
    ("nullable", True): ("null is accepted", "widening"),
    ("nullable", False): ("null is refused", "breaking"),
    ("required", True): ("it has to be sent", "breaking"),
    ("required", False): ("it may be left out", "widening"),
    ("open", True): ("strings beyond the list are accepted", "widening"),
    ("open", False): ("strings beyond the list are refused", "breaking"),
}

# Longest value that a change repeats: a table row, not a description.
_LONGEST_SAID = 40


@dataclass(frozen=True)
class Change:
    """One difference: where (`features.hour.upper`), what it is, and what it means to clients."""

    path: str
    what: str
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    """All differences between two contracts."""

    changes: tuple[Change, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the changes' verdicts."""
        verdicts = (change.verdict for change in self.changes)
        return max(verdicts, key=_MILD_TO_SEVERE.index, default="compatible")

    @property
    def breaking(self) -> tuple[Change, ...]:
        """The changes that clients have to follow."""
        return tuple(change for change in self.changes if change.verdict == "breaking")


def compare(before: Contract, after: Contract) -> Comparison:
    """Judge every change from `before` to `after` as a client written for `before` meets it."""
    return Comparison(
        (
            *_replaced("", before, after, _OF_CONTRACT),
            *_features(before, after),
            *_replaced("prediction.", before.prediction, after.prediction, _OF_PREDICTION),
            *_limits(before.limits, after.limits),
        )
    )


def check_version(before: Contract, after: Contract) -> None:
    """Refuse a version that goes backwards, and a breaking change without a new major version.

    Raises InvalidContract.
    """
    old, new = _version(before), _version(after)
    place = f"contract {after.name} version {after.version}"
    if new < old:
        problem = f"it follows version {before.version}, and versions do not go backwards"
        raise InvalidContract(problem, place=place, cure="Choose a higher version.")
    breaking = compare(before, after).breaking
    if breaking and new[0] == old[0]:
        raise InvalidContract(
            f"clients of version {before.version} break: {_told(breaking)}",
            place=place,
            cure=f"Make it version {old[0] + 1}.0, or undo the change.",
        )


def _version(contract: Contract) -> tuple[int, int]:
    major, minor = contract.version.split(".")
    return int(major), int(minor)


def _told(changes: tuple[Change, ...]) -> str:
    first = f"{changes[0].path}: {changes[0].what}"
    return first if len(changes) == 1 else f"{first} (and {len(changes) - 1} more)"


def _features(before: Contract, after: Contract) -> Iterator[Change]:
    old = {feature.name: feature for feature in before.features}
    new = {feature.name: feature for feature in after.features}
    for name, feature in old.items():
        if name in new:
            yield from _feature(f"features.{name}.", feature, new[name])
        else:
            yield Change(f"features.{name}", "removed, and refused when it is sent", "breaking")
    yield from (_added(feature) for name, feature in new.items() if name not in old)
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Change("features", "they come in another order", "compatible")


def _added(feature: Feature) -> Change:
    path = f"features.{feature.name}"
    if feature.required:
        return Change(path, "added, and has to be sent", "breaking")
    return Change(path, "added, may be left out", "widening")


def _feature(path: str, before: Feature, after: Feature) -> Iterator[Change]:
    if before.kind != after.kind:
        # Integers are sent as before, and exact as floats.
        exact = (before.kind, after.kind) == ("integer", "float")
        yield Change(
            f"{path}kind", f"{before.kind} became {after.kind}", "widening" if exact else "breaking"
        )
    yield from _switched(path, before, after, "nullable", "required")
    if {before.kind, after.kind} <= {"integer", "float"}:
        yield from _bounds(path, before, after)
    if before.kind == after.kind == "string":
        yield from _switched(path, before, after, "open")
        yield from _categories(path, before, after)
    yield from _replaced(path, before, after, _OF_FEATURE)


def _switched(path: str, before: Feature, after: Feature, *fields: str) -> Iterator[Change]:
    for field in fields:
        now = getattr(after, field)
        if now != getattr(before, field):
            yield Change(path + field, *_SWITCHED[field, now])


def _bounds(path: str, before: Feature, after: Feature) -> Iterator[Change]:
    for side, said, end in (("lower", _lower_said, _lower), ("upper", _upper_said, _upper)):
        if said(before) != said(after):
            what = f"{said(before)} became {said(after)}"
            yield Change(path + side, what, _tightened(end(before), end(after)))


def _tightened(before: tuple[Bound, bool], after: tuple[Bound, bool]) -> Verdict:
    if before == after:
        return "compatible"
    return "breaking" if after > before else "widening"


def _lower(feature: Feature) -> tuple[Bound, bool]:
    """The lower bound and whether it is itself excluded; the greater, the tighter."""
    if feature.gt is None:
        return (-sys.float_info.max if feature.ge is None else feature.ge), False
    return (feature.gt + 1, False) if feature.kind == "integer" else (feature.gt, True)


def _upper(feature: Feature) -> tuple[Bound, bool]:
    """The upper bound, negated so that again the greater is the tighter."""
    if feature.lt is None:
        return -(sys.float_info.max if feature.le is None else feature.le), False
    return (1 - feature.lt, False) if feature.kind == "integer" else (-feature.lt, True)


def _lower_said(feature: Feature) -> str:
    return _bound_said("≥", feature.ge) or _bound_said(">", feature.gt) or "no bound"


def _upper_said(feature: Feature) -> str:
    return _bound_said("≤", feature.le) or _bound_said("<", feature.lt) or "no bound"


def _bound_said(sign: str, bound: Bound | None) -> str:
    return "" if bound is None else f"{sign} {bound}"


def _categories(path: str, before: Feature, after: Feature) -> Iterator[Change]:
    path += "categories"
    old, new = before.categories or (), after.categories or ()
    gone, come = [c for c in old if c not in new], [c for c in new if c not in old]
    if gone:
        verdict: Verdict = "compatible" if after.open else "breaking"
        yield Change(path, f"without {_said(gone)}", verdict)
    if come:
        yield Change(path, f"with {_said(come)}", "compatible" if before.open else "widening")
    if [c for c in old if c in new] != [c for c in new if c in old]:
        yield Change(path, "they come in another order", "compatible")


def _limits(before: Limits, after: Limits) -> Iterator[Change]:
    for field in Limits.model_fields:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            verdict: Verdict = "widening" if new > old else "breaking"
            yield Change(f"limits.{field}", f"{old} became {new}", verdict)


def _replaced(
    path: str, before: BaseModel, after: BaseModel, verdicts: Mapping[str, Verdict]
) -> Iterator[Change]:
    for field, verdict in verdicts.items():
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change(path + field, f"{_said(old)} became {_said(new)}", verdict)


def _said(value: Any) -> str:
    if value is None:
        return "none"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SAID else f"{text[: _LONGEST_SAID - 1]}…"
