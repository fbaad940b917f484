"""The committed shape of the contract: a change must be meant, and seen."""

from __future__ import annotations

from models.flight_time.contract import CONTRACT
from models.nycflights import WEATHER_LEAD_SECONDS

# When it changes on purpose, change the version too: the major one where a client's rows would be
# refused.
VERSION = "1.0"
DIGEST = "00c8a923c44f1ff8117f698859bcaa5fef2b12e3dd2a9b27027859a3fb493196"


def test_the_contract_is_the_committed_one() -> None:
    assert (CONTRACT.version, CONTRACT.digest) == (VERSION, DIGEST)


def test_it_predicts_minutes_from_what_is_known_before_departure() -> None:
    assert CONTRACT.feature_names == ("carrier", "origin", "dest", "distance", "hour", "temp")
    prediction = CONTRACT.prediction
    assert (prediction.kind, prediction.unit, prediction.label) == ("number", "min", "air_time")


def test_the_temperature_is_nullable_seasonal_and_known_an_hour_before() -> None:
    temp = CONTRACT.features[-1]
    assert (temp.nullable, temp.required, temp.seasonal) == (True, False, True)
    assert temp.available_at == WEATHER_LEAD_SECONDS == 3_600
