from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mooring.observability.lint.finding import readable
from mooring.observability.lint.testing.good import RATES, READY, Json, panel, spoiled

TABLE = "mooring_gateway_model_ready"


def overriding(kind: str, options: str, name: str, value: Any) -> Callable[[Json], object]:
    """Gives a panel an override."""
    override = {
        "matcher": {"id": kind, "options": options},
        "properties": [{"id": name, "value": value}],
    }
    return lambda of: panel(of, RATES)["fieldConfig"].update(overrides=[override])


def table(*columns: str, override: str = "Model") -> Callable[[Json], object]:
    """Makes a panel a table of some columns, and overrides one."""

    def change(of: Json) -> None:
        names = dict(zip(columns, ("Model", "Ready"), strict=False))
        matcher = {"id": "byName", "options": override}
        panel(of, READY).update(
            type="table",
            options={"frameIndex": 0, "showHeader": True},
            transformations=[{"id": "organize", "options": {"renameByName": names}}],
        )
        panel(of, READY)["fieldConfig"]["overrides"] = [{"matcher": matcher, "properties": []}]
        panel(of, READY)["targets"][0].update(expr=TABLE, format="table")

    return change


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(
            overriding("byFrameRefID", "B", "custom.lineWidth", 2),
            'panel-field-rule: dashboard "Small" (mooring-small), panel "Requests" (id 2): '
            "an override is for query B, which is not there",
            id="an override for no query",
        ),
        pytest.param(
            overriding("byFrameRefID", "A", "unit", "seconds"),
            'panel "Requests" (id 2): Grafana knows no unit seconds',
            id="an override with a unit that there is not",
        ),
        pytest.param(
            overriding("byFrameRefID", "A", "custom.lineWidht", 2),
            'panel "Requests" (id 2): fieldConfig.overrides.0.custom: '
            "Additional properties are not allowed ('lineWidht' was unexpected)",
            id="an override that draws in no way there is",
        ),
        pytest.param(
            table("modle"),
            'panel "Ready" (id 4): its columns name modle, which no query answers',
            id="a column that no query answers",
        ),
        pytest.param(
            table("model", "Value #A", override="Modle"),
            'panel "Ready" (id 4): an override is for column Modle, which is not there',
            id="an override for no column",
        ),
    ],
)
def test_a_field_that_is_not_there_names_the_panel(
    spoil: Callable[[Json], object], expected: str
) -> None:
    assert expected in readable(spoiled(spoil))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(overriding("byFrameRefID", "A", "custom.lineWidth", 2), id="of a query"),
        pytest.param(overriding("byName", "2xx", "color", {"mode": "fixed"}), id="of a series"),
        pytest.param(table("model", "Value #A"), id="of a column"),
    ],
)
def test_an_override_that_finds_its_field_passes(spoil: Callable[[Json], object]) -> None:
    assert readable(spoiled(spoil)) == ""
