from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2_contingency

from mooring.contract.routing import Mode, Route, Target
from mooring.gateway.traffic.split import Split

CHAMPION = Target(urls=("http://127.0.0.1:3000",), version=1, bundle="a" * 64)
KEYS = [f"customer-{number}" for number in range(20_000)]


def split(
    percent: float, model: str = "flight_delay", bundle: str = "b" * 64, mode: Mode = "canary"
) -> Split:
    challenger = Target(urls=("http://127.0.0.1:3001",), version=2, bundle=bundle)
    route = Route(champion=CHAMPION, challenger=challenger, mode=mode, percent=percent)
    return Split(model, route, random.Random(1))


def chosen(by: Split) -> list[bool]:
    return [by.to_challenger(key) for key in KEYS]


@given(st.text(), st.floats(0, 100))
def test_a_key_is_decided_alike_by_every_gateway(key: str, percent: float) -> None:
    assert split(percent).to_challenger(key) == split(percent).to_challenger(key)


def test_positions_do_not_change_from_release_to_release_of_the_gateway() -> None:
    assert split(5).position("customer-1") == 0.693918595326132


@given(st.text(), st.floats(0, 100), st.floats(0, 100))
def test_a_key_that_saw_the_challenger_stays_with_it_when_the_percent_rises(
    key: str, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert split(low).to_challenger(key) <= split(high).to_challenger(key)


@pytest.mark.parametrize("percent", [0.5, 5.0, 50.0, 97.5])
def test_the_challenger_gets_its_percent_of_the_keys(percent: float) -> None:
    low, high = binom.interval(1 - 1e-6, len(KEYS), percent / 100)
    assert low <= sum(chosen(split(percent))) <= high


@pytest.mark.parametrize("percent", [0.5, 5.0, 50.0])
def test_requests_without_a_key_are_drawn_one_by_one(percent: float) -> None:
    by = split(percent)
    low, high = binom.interval(1 - 1e-6, 20_000, percent / 100)
    assert low <= sum(by.to_challenger(None) for _ in range(20_000)) <= high


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(split(30, model="flight_time"), id="of two models"),
        pytest.param(split(30, bundle="c" * 64), id="of two challengers of one model"),
    ],
)
def test_the_canaries_are_independent(other: Split) -> None:
    pairs = list(zip(chosen(split(30)), chosen(other), strict=True))
    table = [[pairs.count((a, b)) for b in (False, True)] for a in (False, True)]
    assert chi2_contingency(table).pvalue > 1e-4


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param(split(0), False, id="a canary of 0 %"),
        pytest.param(split(100), True, id="a canary of 100 %"),
        pytest.param(split(0, mode="shadow"), False, id="a shadow"),
        pytest.param(split(0, mode="champion"), False, id="a challenger that waits"),
    ],
)
def test_nobody_is_split_off_by_chance(by: Split, expected: bool) -> None:
    assert {by.to_challenger(key) for key in (*KEYS[:1_000], None, "", "\udcff")} == {expected}
