from __future__ import annotations

import json

import pytest

from mooring.contract.errors import InvalidRows, Violation
from mooring.contract.request import RequestSchema
from mooring.gateway.testing.contracts import CONTRACT, ROW
from mooring.gateway.violations import feature_of, kind_of


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param({"hour": "3"}, "type", id="text for a number"),
        pytest.param({"hour": None}, "type", id="null"),
        pytest.param({"hour": 3.5}, "type", id="a fraction for an integer"),
        pytest.param({"hour": 24}, "range", id="too much"),
        pytest.param({"wind": -1.0}, "range", id="on an excluded bound"),
        pytest.param({"wind": float("nan")}, "not_finite", id="NaN"),
        pytest.param({"origin": "XXX"}, "category", id="a category that is not listed"),
        pytest.param({"ship": ""}, "category", id="an empty category"),
        pytest.param({"loaded": 1}, "type", id="a number for a boolean"),
    ],
)
def test_a_violation_is_counted_for_its_feature_under_its_kind(
    change: dict[str, object], kind: str
) -> None:
    with pytest.raises(InvalidRows) as raised:
        RequestSchema(CONTRACT).parse(json.dumps({"instances": [ROW | change]}).encode())
    (violation,) = raised.value.violations
    assert feature_of(violation, CONTRACT) == next(iter(change))
    assert kind_of(violation) == kind


@pytest.mark.parametrize(
    ("path", "error", "kind"),
    [
        pytest.param(
            "instances[0].made_up", "extra_forbidden", "unknown_field", id="a made-up name"
        ),
        pytest.param("instances", "too_short", "rows", id="no rows"),
        pytest.param("body", "json_invalid", "malformed", id="no JSON"),
        pytest.param("body", "never_seen", "other", id="an error of the future"),
    ],
)
def test_what_is_about_no_feature_has_no_feature(path: str, error: str, kind: str) -> None:
    violation = Violation(path, error, "")
    assert (feature_of(violation, CONTRACT), kind_of(violation)) == ("", kind)
