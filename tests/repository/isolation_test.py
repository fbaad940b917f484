"""What counts as one model's change touching another, on selections as Pants writes them."""

from __future__ import annotations

import pytest

from tests.repository.isolation import complaints

OWN = [
    "models/flight_time/data.py",
    "models/flight_time:tests",
    "models/flight_time/data_test.py:tests",
    "models:all",
    "src/python/mooring/cli/app_test.py:tests",
    "tests/repository/house_test.py:tests",
]
OTHER = "models/flight_delay/data_test.py:tests"


@pytest.mark.parametrize(
    ("selected", "changed", "told"),
    [
        pytest.param(OWN, ["flight_time"], [], id="its own tests and shared code are fine"),
        pytest.param(
            [*OWN, "models/nycflights_test.py:tests"],
            ["flight_time"],
            [],
            id="tests beside the models are of no model",
        ),
        pytest.param(
            [*OWN, OTHER],
            ["flight_time"],
            [f"{OTHER} depends on flight_time"],
            id="another model's test is not",
        ),
        pytest.param(
            [*OWN, "models/flight_delay:tests"],
            ["flight_time"],
            ["models/flight_delay:tests depends on flight_time"],
            id="nor is any other target of it",
        ),
        pytest.param(
            [*OWN, OTHER], ["flight_time", "flight_delay"], [], id="a shared module selects both"
        ),
        pytest.param(
            OWN,
            ["flight_time", "flight_delay"],
            ["no test of flight_delay is selected"],
            id="a shared module that selects one only is not shared",
        ),
        pytest.param([], ["flight_time"], ["no test of flight_time is selected"], id="no answer"),
    ],
)
def test_a_selection(selected: list[str], changed: list[str], told: list[str]) -> None:
    assert complaints(selected, changed) == told
