from __future__ import annotations

from pathlib import Path

import pytest

from mooring.delivery.controller.errors import BadPlan
from mooring.delivery.controller.plan import Plan, Plans, read_plans

STEPS = (
    "steps = [{percent = 10, seconds = 1, requests = 5}, {percent = 30, seconds = 1, requests = 5}]"
)


def read(tmp_path: Path, text: str) -> Plans:
    path = tmp_path / "rollout.toml"
    path.write_text(text)
    return read_plans(path)


def test_what_a_model_says_goes_before_the_defaults(tmp_path: Path) -> None:
    text = f"[defaults]\npatience_seconds = 60\n{STEPS}\n[models.flight_delay]\nfalse_aborts = 0.02"
    plans = read(tmp_path, text)
    delay, other = plans.of("flight_delay"), plans.of("flight_time")
    assert (delay.false_aborts, other.false_aborts) == (0.02, 0.01)
    assert delay.patience_seconds == other.patience_seconds == 60
    assert [step.percent for step in delay.steps] == [10, 30]


def test_one_budget_covers_the_controller_and_all_gateways() -> None:
    plan, gateways = Plan(false_aborts=0.012), 4
    by_controller = 3 / plan.threshold
    assert by_controller + gateways * plan.policy(gateways).false_aborts == pytest.approx(0.012)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[defaults]\npatience = 1", "defaults.patience", id="an unknown setting"),
        pytest.param("[defaults]\nsteps = []", "defaults.steps", id="no step"),
        pytest.param(
            "[defaults]\nsteps = [{percent = 100, seconds = 1, requests = 5}]",
            "defaults.steps.0.percent",
            id="a step with nobody to compare with",
        ),
        pytest.param(
            "[defaults]\nsteps = [{percent = 9, seconds = 1, requests = 0}]",
            "defaults.steps.0.requests",
            id="a step that needs no request",
        ),
        pytest.param(
            "[models.x]\nsteps = [{percent = 9, seconds = 1, requests = 1}, "
            "{percent = 5, seconds = 1, requests = 1}]",
            "higher percent",
            id="steps that go down",
        ),
        pytest.param('address = "http://{model}:3000"', "version", id="one address for all"),
        pytest.param("gateways = []", "gateways", id="no gateway"),
        pytest.param("[defaults", "TOML", id="no TOML"),
        pytest.param("[defaults]\nfalse_aborts = 0", "false_aborts", id="an impossible promise"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(BadPlan) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)
    assert "rollout.toml" in str(refused.value)


def test_a_plan_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPlan, match="No such file"):
        read_plans(tmp_path / "rollout.toml")
