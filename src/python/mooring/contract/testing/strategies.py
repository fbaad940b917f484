"""Hypothesis strategies: any contract that the package can hold, and rows that keep it."""

from __future__ import annotations

import unicodedata
from typing import Any, get_args

from hypothesis import strategies as st

from mooring.contract.annotations import LONGEST_CATEGORY
from mooring.contract.contract import Contract, Limits, Prediction
from mooring.contract.feature import EXACT_INTEGER, Feature, Kind, name_fault

KINDS: tuple[Kind, ...] = get_args(Kind)

integers = st.integers(-EXACT_INTEGER, EXACT_INTEGER)
categories = st.text(min_size=1, max_size=LONGEST_CATEGORY)
names = (
    st.from_regex(r"[^\W\d_]\w{0,20}", fullmatch=True)
    .map(lambda text: unicodedata.normalize("NFKC", text))
    .filter(lambda text: name_fault(text) is None)
)


@st.composite
def features(draw: st.DrawFn, name: str = "x") -> Feature:
    """Any feature: every kind and annotation, nullable or not, optional or not."""
    kind = draw(st.sampled_from(KINDS))
    promises = draw(_PROMISES[kind])
    nullable = draw(st.booleans())
    if nullable and draw(st.booleans()):
        promises["example"] = None
    return Feature(
        name=name,
        kind=kind,
        nullable=nullable,
        required=not nullable or draw(st.booleans()),
        unit=draw(st.none() | st.text(max_size=8)),
        sensitive=draw(st.booleans()),
        cluster=draw(st.none() | st.text(max_size=8)),
        seasonal=draw(st.booleans()),
        available_at=draw(st.none() | st.integers(0, 10**6)),
        description=draw(st.text(max_size=20)),
        **promises,
    )


@st.composite
def contracts(draw: st.DrawFn, most_features: int = 4) -> Contract:
    """Any contract of at most `most_features` features."""
    *named, label = draw(st.lists(names, min_size=2, max_size=most_features + 1, unique=True))
    return Contract(
        name=draw(st.from_regex(r"[a-z][a-z0-9_]{0,62}", fullmatch=True)),
        version=draw(st.from_regex(r"[0-9]{1,6}\.[0-9]{1,6}", fullmatch=True)),
        description=draw(st.text(max_size=20).map(str.strip)),
        features=tuple(draw(features(name)) for name in named),
        prediction=Prediction(
            name=draw(st.text(max_size=8)),
            kind=draw(st.sampled_from(["probability", "number"])),
            label=label,
            description=draw(st.text(max_size=8)),
            unit=draw(st.none() | st.text(max_size=8)),
        ),
        limits=Limits(
            rows=draw(st.integers(1, 100_000)),
            bytes=draw(st.integers(1_024, 64 * 1_048_576)),
            deadline_seconds=draw(st.floats(0, 600, exclude_min=True)),
        ),
    )


def values(feature: Feature) -> st.SearchStrategy[Any]:
    """Any value that keeps the feature's promises."""
    held = _held(feature)
    return st.none() | held if feature.nullable else held


def rows(contract: Contract, *, least: int = 1, most: int = 5) -> st.SearchStrategy[Any]:
    """Any `least` to `most` rows that keep the contract."""
    row = st.fixed_dictionaries({f.name: values(f) for f in contract.features})
    return st.lists(row, min_size=least, max_size=min(most, contract.limits.rows))


def _held(feature: Feature) -> st.SearchStrategy[Any]:
    if feature.kind == "boolean":
        return st.booleans()
    if feature.kind == "string":
        return categories if feature.open else st.sampled_from(feature.categories or ())
    low: Any = feature.ge if feature.gt is None else feature.gt
    high: Any = feature.le if feature.lt is None else feature.lt
    if feature.kind == "integer":
        return st.integers(low, high).filter(feature.accepts)
    return st.floats(low, high, allow_infinity=False, allow_nan=False).filter(feature.accepts)


@st.composite
def _number(draw: st.DrawFn, *, whole: bool) -> dict[str, Any]:
    example: Any = draw(integers if whole else st.floats(-1e300, 1e300))
    low = draw(st.integers(-EXACT_INTEGER, example) if whole else st.floats(-1.5e300, example))
    high = draw(st.integers(example, EXACT_INTEGER) if whole else st.floats(example, 1.5e300))
    promises: dict[str, Any] = {"example": example}
    if whole or draw(st.booleans()):
        promises["gt" if low < example and draw(st.booleans()) else "ge"] = low
    if whole or draw(st.booleans()):
        promises["lt" if high > example and draw(st.booleans()) else "le"] = high
    return promises


@st.composite
def _string(draw: st.DrawFn) -> dict[str, Any]:
    listed = draw(st.lists(categories, max_size=4, unique=True).map(tuple))
    is_open = not listed or draw(st.booleans())
    example = draw(categories if is_open else st.sampled_from(listed))
    return {"categories": listed or None, "open": is_open, "example": example}


_PROMISES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "float": _number(whole=False),
    "integer": _number(whole=True),
    "string": _string(),
    "boolean": st.booleans().map(lambda example: {"example": example}),
}
