"""The workflows keep their contract: rights, pins, limits, the way of a digest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.contract import RULES
from tests.workflows.workflow import read_repository


def test_the_sandbox_holds_the_workflows() -> None:
    """Without this, an empty sandbox would pass everything below."""
    found = read_repository(Path.cwd())
    assert {"ci.yml", "deploy.yml", "retrain.yml", "nightly.yml"} <= set(found.workflows)
    assert set(found.actions) == {"images", "prepare", "propose"}
    assert len(list(found.steps)) > 50


@pytest.mark.parametrize("rule", RULES)
def test_every_workflow_keeps_the_rule(rule: str) -> None:
    assert list(RULES[rule](read_repository(Path.cwd()))) == []
