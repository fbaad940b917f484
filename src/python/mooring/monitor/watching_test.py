"""Settings of a watch: defaults that belong together, and bounds."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mooring.monitor.watching import Watching


def test_the_defaults_are_those_of_the_published_calibration() -> None:
    assert Watching().model_dump() == {
        "window_days": 7,
        "least_rows": 500,
        "horizon_seconds": 259_200.0,
        "least_coverage": 0.95,
        "budget_windows": 13.0,
        "least_feature": 0.05,
        "least_score": 0.02,
        "least_residual": 0.02,
        "least_loss": 0.01,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("window_days", 0, id="a window of no day"),
        pytest.param("least_coverage", 1.5, id="more labels than rows"),
        pytest.param("budget_windows", 0.0, id="an alarm in every window"),
        pytest.param("least_loss", -0.1, id="a negative effect"),
        pytest.param("psi_above", 0.2, id="a setting that there is not"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(field: str, value: float) -> None:
    with pytest.raises(ValidationError, match=field):
        Watching.model_validate({field: value})
