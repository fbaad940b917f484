from __future__ import annotations

import numpy as np
import pytest

from mooring.contract.contract import Prediction
from mooring.gateway.hop.sound import fault_in

PROBABILITY = Prediction(name="late", kind="probability", label="was_late")
NUMBER = Prediction(name="minutes", kind="number", label="minutes_late")


@pytest.mark.parametrize(
    ("prediction", "values", "word"),
    [
        pytest.param(PROBABILITY, [0.0, 0.5, 1.0], "", id="probabilities from 0 to 1"),
        pytest.param(PROBABILITY, [0.5, 1.0000001], "outside", id="a probability above 1"),
        pytest.param(PROBABILITY, [-1e-300, 0.5], "outside", id="a probability below 0"),
        pytest.param(PROBABILITY, [0.5, float("nan"), 0.1], "finite", id="NaN among probabilities"),
        pytest.param(NUMBER, [-1e308, 250.0], "", id="any finite numbers"),
        pytest.param(NUMBER, [0.5, float("-inf")], "finite", id="an infinite number"),
        pytest.param(NUMBER, [float("nan")], "finite", id="NaN alone"),
    ],
)
def test_a_fault_is_named(prediction: Prediction, values: list[float], word: str) -> None:
    found = fault_in(np.array(values), prediction)
    assert (word in found) if word else (found == "")
