"""Blessings on the screen."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from mooring.blessing.evidence import Check
from mooring.cli import evidence
from mooring.cli.evidence import found_in, row_of


def check(**told: Any) -> Check:
    usual = {"name": "whole holdout", "rows": 9, "metric": "brier", "value": 0.5, "demand": "some"}
    return Check.model_validate(usual | {"verdict": "blessed"} | told)


def versus(**told: Any) -> dict[str, Any]:
    usual = {"value": 0.6, "difference": -0.1, "lower": -0.2, "upper": 0.0}
    return {"champion": "a" * 64, "blocks": 9, "resamples": 2_000} | usual | told


def test_the_documented_examples_hold() -> None:
    assert doctest.testmod(evidence).attempted > 0
    assert doctest.testmod(evidence).failed == 0


@pytest.mark.parametrize(
    ("told", "found"),
    [
        pytest.param({}, "brier 0.5", id="a value"),
        pytest.param({"reason": "no interval"}, "brier 0.5; no interval", id="and words for it"),
        pytest.param({"lower": 0.4, "upper": 0.6}, "brier 0.5 (0.4 to 0.6)", id="an interval"),
        pytest.param({"value": None}, "brier undefined", id="nothing, and no word"),
        pytest.param(
            {"versus": versus()},
            "brier 0.5 against 0.6; apart by (-0.2 to 0)",
            id="beside a champion",
        ),
        pytest.param(
            {"value": None, "versus": versus(reason="it knows the holdout")},
            "it knows the holdout",
            id="a champion that is no yardstick",
        ),
    ],
)
def test_what_came_out(told: dict[str, Any], found: str) -> None:
    assert found_in(check(**told)) == found


def test_a_check_without_rows_does_not_count_them() -> None:
    assert row_of(check(rows=0))[1] == "whole holdout"
    assert row_of(check())[1] == "whole holdout, 9 rows"
