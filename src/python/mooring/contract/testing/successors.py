"""Hypothesis strategies: what may become of a contract, and requests its clients go on sending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from mooring.contract.contract import Contract
from mooring.contract.feature import Feature
from mooring.contract.testing.strategies import categories, features, names, rows

Promises = dict[str, Any]


@st.composite
def successors(draw: st.DrawFn, before: Contract) -> Contract:
    """The contract after one to three small changes, for the better or the worse."""
    after = before
    for change in draw(st.lists(st.sampled_from(_CHANGES), min_size=1, max_size=3)):
        after = change(draw, after)
    return after


@st.composite
def requests(draw: st.DrawFn, contract: Contract) -> list[dict[str, Any]]:
    """Rows that keep the contract, with and without what may be left out."""
    drawn = draw(rows(contract))
    optional = [feature.name for feature in contract.features if not feature.required]
    left_out = draw(st.sets(st.sampled_from(optional))) if optional else set()
    return [{name: row[name] for name in row if name not in left_out} for row in drawn]


def _altered(draw: st.DrawFn, contract: Contract) -> Contract:
    """Change one feature; where the change contradicts itself, nothing."""
    place = draw(st.integers(0, len(contract.features) - 1))
    before = contract.features[place]
    promises = before.model_dump() | draw(_alterations(before))
    try:
        changed = Feature(**promises)
    except ValidationError:
        return contract
    return _with(contract, *contract.features[:place], changed, *contract.features[place + 1 :])


def _added(draw: st.DrawFn, contract: Contract) -> Contract:
    taken = {*contract.feature_names, contract.prediction.label}
    feature = draw(features(draw(names.filter(lambda name: name not in taken))))
    return _with(contract, *contract.features, feature)


def _removed(draw: st.DrawFn, contract: Contract) -> Contract:
    place = draw(st.integers(0, len(contract.features) - 1))
    rest = contract.features[:place] + contract.features[place + 1 :]
    return _with(contract, *rest) if rest else contract


def _reordered(draw: st.DrawFn, contract: Contract) -> Contract:
    return _with(contract, *draw(st.permutations(contract.features)))


def _limited(draw: st.DrawFn, contract: Contract) -> Contract:
    limited = contract.limits.model_copy(update={"rows": draw(st.integers(1, 100_000))})
    return contract.model_copy(update={"limits": limited})


_CHANGES: tuple[Callable[[st.DrawFn, Contract], Contract], ...] = (
    _altered, _altered, _altered, _added, _removed, _reordered, _limited
)  # fmt: skip


def _with(contract: Contract, *changed: Feature) -> Contract:
    return contract.model_copy(update={"features": changed})


def _alterations(feature: Feature) -> st.SearchStrategy[Promises]:
    options: list[st.SearchStrategy[Promises]] = [
        st.sampled_from([{"nullable": True}, {"nullable": False, "required": True}]),
        st.sampled_from([{"nullable": True, "required": False}, {"required": True}]),
        st.fixed_dictionaries({"sensitive": st.booleans(), "description": st.text(max_size=3)}),
    ]
    if feature.kind == "string":
        options += [_listed(feature), st.fixed_dictionaries({"open": st.booleans()})]
    if feature.bounded:
        options += [_shifted(feature), _respelled(feature)]
    if feature.kind == "integer":
        options.append(st.just({"kind": "float"}))
    if feature.kind == "float":
        options.append(st.just({"ge": None, "gt": None}) | st.just({"le": None, "lt": None}))
    return st.one_of(options)


def _listed(feature: Feature) -> st.SearchStrategy[Promises]:
    some = st.sampled_from([*(feature.categories or ()), "a", "b"]) | categories
    more = st.lists(some, max_size=2).map(lambda new: [*(feature.categories or ()), *new])
    lists = more | st.lists(some, max_size=5)
    return lists.map(lambda new: {"categories": tuple(dict.fromkeys(new)) or None})


@st.composite
def _shifted(draw: st.DrawFn, feature: Feature) -> Promises:
    """One bound moved by a little, in or out."""
    name = draw(st.sampled_from([n for n in _OTHER if getattr(feature, n) is not None]))
    return {name: getattr(feature, name) + draw(st.sampled_from([-2, -1, 1, 2]))}


@st.composite
def _respelled(draw: st.DrawFn, feature: Feature) -> Promises:
    """One bound included instead of excluded or the reverse, at the same place or the next."""
    name = draw(st.sampled_from([n for n in _OTHER if getattr(feature, n) is not None]))
    moved = getattr(feature, name) + draw(st.sampled_from([-1, 0, 1]))
    return {name: None, _OTHER[name]: moved}


_OTHER = {"ge": "gt", "gt": "ge", "le": "lt", "lt": "le"}
