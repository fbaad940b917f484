"""The committed shape of the contract: a change must be meant, and seen."""

from __future__ import annotations

import pytest

from models.flight_delay.contract import CONTRACT
from models.flight_delay.data import WEATHER
from models.nycflights import WEATHER_LEAD_SECONDS
from mooring.contract.contract import Contract
from mooring.contract.request import RequestSchema

# Clients, bundles and the gateway agree by this digest. When it changes on purpose, change the
# contract's version too: the major one where a client's rows would be refused.
VERSION = "1.0"
DIGEST = "edf68f23ec1594b7d7e0b4ad88cca6496de74775eea8110a0e57a09619f7342c"

# Known only once the flight has left or landed.
OF_THE_FUTURE = {
    *("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "tailnum", "late"),
}


def test_the_contract_is_the_committed_one() -> None:
    assert (CONTRACT.version, CONTRACT.digest) == (VERSION, DIGEST)


def test_the_contract_survives_its_json() -> None:
    assert Contract.from_json(CONTRACT.to_json()) == CONTRACT


def test_the_contract_accepts_its_own_example() -> None:
    schema = RequestSchema(CONTRACT)
    assert set(schema.check_all([schema.example])) == set(CONTRACT.feature_names)


def test_no_feature_is_of_the_future() -> None:
    assert OF_THE_FUTURE.isdisjoint(CONTRACT.feature_names)


@pytest.mark.parametrize("name", WEATHER)
def test_weather_is_nullable_seasonal_and_known_an_hour_before(name: str) -> None:
    (feature,) = (f for f in CONTRACT.features if f.name == name)
    assert (feature.nullable, feature.required, feature.seasonal) == (True, False, True)
    assert feature.available_at == WEATHER_LEAD_SECONDS == 3_600
