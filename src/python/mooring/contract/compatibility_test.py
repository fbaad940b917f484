"""A verdict says what clients of the old contract meet, and no break travels in a minor version."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mooring.contract.compatibility import Change, check_version, compare
from mooring.contract.contract import Contract, Prediction
from mooring.contract.errors import InvalidContract
from mooring.contract.feature import Feature
from mooring.contract.request import RequestSchema
from mooring.contract.testing.strategies import contracts
from mooring.contract.testing.successors import requests, successors

HOUR = Feature(name="x", kind="integer", ge=0, le=23, example=5)
MILES = Feature(name="x", kind="float", ge=0, le=100, unit="mi", example=5)
PORT = Feature(name="x", kind="string", categories=("a", "b", "c"), example="a")
OPEN = Feature(name="x", kind="string", categories=("a", "b"), open=True, example="a")
FLAG = Feature(name="x", kind="boolean", example=False)
BASE = Feature(name="base", kind="boolean", example=False)


def altered(feature: Feature, **promises: Any) -> Feature:
    return Feature(**{**feature.model_dump(), **promises})


def contract(*features: Feature, version: str = "1.0", **fields: Any) -> Contract:
    told = {
        "name": "voyage",
        "features": (BASE, *features),
        "prediction": Prediction(name="late", kind="probability", label="was_late"),
    }
    return Contract(**{**told, "version": version, **fields})


def told(before: Contract, after: Contract) -> list[tuple[str, str]]:
    return [(change.path, change.verdict) for change in compare(before, after).changes]


@given(contracts())
def test_a_contract_is_compatible_with_itself(same: Contract) -> None:
    assert compare(same, same).changes == ()
    assert compare(same, same).verdict == "compatible"


@given(st.data())
def test_what_clients_send_stays_accepted_unless_the_change_is_breaking(
    data: st.DataObject,
) -> None:
    before = data.draw(contracts(most_features=2))
    after = data.draw(successors(before))
    assume(compare(before, after).verdict != "breaking")
    sent = json.dumps({"instances": data.draw(requests(before))}).encode()

    RequestSchema(before).parse(sent)
    RequestSchema(after).parse(sent)


@given(st.data())
def test_what_widens_one_way_breaks_the_other_way(data: st.DataObject) -> None:
    before = data.draw(contracts(most_features=2))
    after = data.draw(successors(before))
    there, back = compare(before, after).verdict, compare(after, before).verdict

    assert (there == "compatible") == (back == "compatible")
    assert there != "widening" or back == "breaking"
    assert back != "widening" or there == "breaking"


def test_both_ways_may_break() -> None:
    early, late = altered(HOUR, le=11), altered(HOUR, ge=4)
    assert compare(contract(early), contract(late)).verdict == "breaking"
    assert compare(contract(late), contract(early)).verdict == "breaking"


@pytest.mark.parametrize(
    ("before", "after", "place", "verdict"),
    [
        pytest.param([], [HOUR], "x", "breaking", id="a required feature is added"),
        pytest.param(
            [],
            [altered(HOUR, nullable=True, required=False)],
            "x",
            "widening",
            id="an optional feature is added",
        ),
        pytest.param(
            [],
            [altered(HOUR, nullable=True)],
            "x",
            "breaking",
            id="a feature that may be null but not left out is added",
        ),
        pytest.param([HOUR], [], "x", "breaking", id="a feature is removed"),
        pytest.param(
            [altered(HOUR, nullable=True, required=False)],
            [],
            "x",
            "breaking",
            id="an optional feature is removed",
        ),
    ],
)
def test_features_come_and_go(
    before: list[Feature], after: list[Feature], place: str, verdict: str
) -> None:
    assert told(contract(*before), contract(*after)) == [(f"features.{place}", verdict)]


@pytest.mark.parametrize(
    ("before", "promises", "place", "there", "back"),
    [
        pytest.param(HOUR, {"le": 24}, "upper", "widening", "breaking", id="a higher upper bound"),
        pytest.param(HOUR, {"ge": -1}, "lower", "widening", "breaking", id="a lower lower bound"),
        pytest.param(MILES, {"le": None}, "upper", "widening", "breaking", id="no upper bound"),
        pytest.param(MILES, {"ge": None}, "lower", "widening", "breaking", id="no lower bound"),
        pytest.param(
            altered(MILES, ge=None, gt=0),
            {"gt": None, "ge": 0},
            "lower",
            "widening",
            "breaking",
            id="a bound that is now included",
        ),
        pytest.param(
            HOUR,
            {"le": None, "lt": 24},
            "upper",
            "compatible",
            "compatible",
            id="the same integers, bounded in other words",
        ),
        pytest.param(
            HOUR,
            {"ge": None, "gt": -1},
            "lower",
            "compatible",
            "compatible",
            id="the same integers, bounded in other words from below",
        ),
        pytest.param(
            PORT,
            {"categories": ("a", "b", "c", "d")},
            "categories",
            "widening",
            "breaking",
            id="one more category",
        ),
        pytest.param(
            PORT,
            {"categories": ("c", "b", "a")},
            "categories",
            "compatible",
            "compatible",
            id="categories in another order",
        ),
        pytest.param(
            OPEN,
            {"categories": ("a", "b", "c")},
            "categories",
            "compatible",
            "compatible",
            id="one more listed category of an open one",
        ),
        pytest.param(PORT, {"open": True}, "open", "widening", "breaking", id="opened"),
        pytest.param(FLAG, {"nullable": True}, "nullable", "widening", "breaking", id="nullable"),
        pytest.param(
            altered(FLAG, nullable=True),
            {"required": False},
            "required",
            "widening",
            "breaking",
            id="may be left out",
        ),
        pytest.param(HOUR, {"kind": "float"}, "kind", "widening", "breaking", id="no more whole"),
        pytest.param(MILES, {"unit": "km"}, "unit", "breaking", "breaking", id="another unit"),
        pytest.param(MILES, {"unit": None}, "unit", "breaking", "breaking", id="no unit"),
        pytest.param(
            FLAG,
            {"kind": "integer", "ge": 0, "le": 1, "example": 0},
            "kind",
            "breaking",
            "breaking",
            id="0 and 1 for false and true",
        ),
    ]
    + [
        pytest.param(FLAG, {field: value}, field, "compatible", "compatible", id=f"another {field}")
        for field, value in {
            "sensitive": True,
            "cluster": "day",
            "seasonal": True,
            "available_at": 60,
            "description": "whether it was loaded",
            "example": True,
        }.items()
    ],
)
def test_a_changed_feature_and_its_way_back(
    before: Feature, promises: dict[str, Any], place: str, there: str, back: str
) -> None:
    old, new = contract(before), contract(altered(before, **promises))
    assert told(old, new) == [(f"features.x.{place}", there)]
    assert told(new, old) == [(f"features.x.{place}", back)]


def test_an_integer_that_becomes_a_narrower_float_breaks() -> None:
    narrower = altered(HOUR, kind="float", le=22.5)
    assert told(contract(HOUR), contract(narrower)) == [
        ("features.x.kind", "widening"),
        ("features.x.upper", "breaking"),
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"name": "trip"}, ("name", "breaking"), id="another model"),
        pytest.param({"description": "Trips."}, ("description", "compatible"), id="other words"),
        pytest.param({"features": (HOUR, BASE)}, ("features", "compatible"), id="another order"),
        pytest.param({"limits": {"rows": 999}}, ("limits.rows", "breaking"), id="fewer rows"),
        pytest.param({"limits": {"rows": 1_001}}, ("limits.rows", "widening"), id="more rows"),
        pytest.param({"limits": {"bytes": 2_048}}, ("limits.bytes", "breaking"), id="fewer bytes"),
        pytest.param(
            {"limits": {"deadline_seconds": 11}},
            ("limits.deadline_seconds", "widening"),
            id="a later deadline",
        ),
    ],
)
def test_a_changed_contract(fields: dict[str, Any], expected: tuple[str, str]) -> None:
    assert told(contract(HOUR), contract(HOUR, **fields)) == [expected]


@pytest.mark.parametrize(
    ("field", "value", "verdict"),
    [
        pytest.param("name", "delayed", "breaking", id="another name"),
        pytest.param("kind", "number", "breaking", id="another kind"),
        pytest.param("unit", "min", "breaking", id="another unit"),
        pytest.param("label", "was_very_late", "breaking", id="learnt from another label"),
        pytest.param("description", "Is it late?", "compatible", id="other words"),
    ],
)
def test_a_changed_prediction(field: str, value: str, verdict: str) -> None:
    before = contract()
    after = contract(prediction=before.prediction.model_copy(update={field: value}))
    assert told(before, after) == [(f"prediction.{field}", verdict)]


def test_the_worst_change_is_the_verdict() -> None:
    before, after = contract(HOUR), contract(altered(HOUR, le=24), description="Trips.")
    assert compare(before, after).verdict == "widening"
    assert compare(before, contract(description="Trips.")).verdict == "breaking"


def test_a_change_says_what_was_and_what_is() -> None:
    (change,) = compare(contract(MILES), contract(altered(MILES, unit="km"))).changes
    assert change == Change("features.x.unit", '"mi" became "km"', "breaking")


@pytest.mark.parametrize(
    ("version", "after"),
    [
        pytest.param("1.0", contract(HOUR), id="nothing changes"),
        pytest.param("1.0", contract(HOUR, description="Trips."), id="no client notices"),
        pytest.param("1.1", contract(altered(HOUR, le=24)), id="more is accepted"),
        pytest.param("2.0", contract(), id="a break with a new major version"),
        pytest.param("10.0", contract(), id="versions are numbers, not text"),
    ],
)
def test_a_version_that_keeps_the_rule(version: str, after: Contract) -> None:
    check_version(contract(HOUR), after.model_copy(update={"version": version}))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param("1.0", "1.0", "features.x: removed", id="a break in the same version"),
        pytest.param("1.0", "1.9", "Make it version 2.0", id="a break in a minor version"),
        pytest.param("1.10", "1.9", "do not go backwards", id="an earlier minor version"),
        pytest.param("2.0", "1.9", "do not go backwards", id="an earlier major version"),
    ],
)
def test_a_version_that_breaks_the_rule(before: str, after: str, said: str) -> None:
    with pytest.raises(InvalidContract, match="version") as refused:
        check_version(contract(HOUR, version=before), contract(version=after))
    assert said in str(refused.value)


def test_the_first_of_many_breaks_is_told_and_the_others_are_counted() -> None:
    with pytest.raises(InvalidContract, match=r"features\.x: .* \(and 1 more\)"):
        check_version(contract(HOUR), contract(limits={"rows": 1}))
