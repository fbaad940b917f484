"""Names beside an alarm."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mooring.drift.naming import named


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        pytest.param({}, set(), id="no features"),
        pytest.param({"a": math.nan}, set(), id="a feature that cannot be tested"),
        pytest.param({"a": 0.04, "b": 0.9}, set(), id="one in twenty is chance"),
        pytest.param({"a": 0.001, "b": 0.9}, {"a"}, id="one that stands out"),
        pytest.param({"a": 0.04, "b": 0.04}, {"a", "b"}, id="all alike"),
    ],
)
def test_features_are_named(p_values: dict[str, float], expected: set[str]) -> None:
    assert named(p_values) == expected


def test_at_most_one_name_in_twenty_is_wrong() -> None:
    rng = np.random.default_rng(5)
    wrong = []
    for _ in range(500):
        p = {f"same{i}": p for i, p in enumerate(rng.uniform(size=16))}
        p |= {f"moved{i}": 1e-5 for i in range(4)}
        found = named(p)
        wrong.append(sum(name.startswith("same") for name in found) / max(len(found), 1))
    assert np.mean(wrong) <= 0.05
