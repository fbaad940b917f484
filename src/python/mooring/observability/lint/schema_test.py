from __future__ import annotations

from collections.abc import Callable

import pytest

from mooring.observability.lint.finding import readable
from mooring.observability.lint.testing.good import (
    RATES,
    READY,
    ROW,
    SLOWEST,
    SPREAD,
    Json,
    panel,
    spoiled,
)

BOARD = 'dashboard-schema-rule: dashboard "Small" (mooring-small), the dashboard itself'
REQUESTS = 'panel-schema-rule: dashboard "Small" (mooring-small), panel "Requests" (id 2)'


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(
            lambda of: of.update(refreshh="30s"),
            f"{BOARD}: it: Additional properties are not allowed ('refreshh' was unexpected)",
            id="a bogus key of the dashboard",
        ),
        pytest.param(
            lambda of: of["templating"]["list"][1].update(refresh="often"),
            f"{BOARD}: templating.list.1.refresh: 'often' is not",
            id="a bogus value of a variable",
        ),
        pytest.param(
            lambda of: panel(of, RATES).update(bogus=1),
            f"{REQUESTS}: it: Additional properties are not allowed ('bogus' was unexpected)",
            id="a bogus key of a panel",
        ),
        pytest.param(
            lambda of: panel(of, RATES)["gridPos"].update(w="12"),
            f"{REQUESTS}: gridPos.w: '12' is not of type 'integer'",
            id="a width that is a text",
        ),
        pytest.param(
            lambda of: panel(of, RATES)["options"]["legend"].update(displayMode="tabel"),
            f"{REQUESTS}: options.legend.displayMode: 'tabel' is not one of",
            id="a bogus option of the plugin",
        ),
        pytest.param(
            lambda of: panel(of, RATES)["fieldConfig"]["defaults"]["custom"].update(lineWidht=2),
            f"{REQUESTS}: fieldConfig.defaults.custom: Additional properties are not allowed "
            "('lineWidht' was unexpected)",
            id="a bogus way of drawing",
        ),
        pytest.param(
            lambda of: panel(of, RATES)["targets"][0].update(legend="{{code}}"),
            f"{REQUESTS}: targets.0: Additional properties are not allowed "
            "('legend' was unexpected)",
            id="a bogus key of a query",
        ),
        pytest.param(
            lambda of: panel(of, SPREAD)["options"]["color"].update(steps="many"),
            "panel \"Spread\" (id 5): options.color.steps: 'many' is not of type",
            id="a bogus option of a heatmap",
        ),
        pytest.param(
            lambda of: panel(of, READY)["fieldConfig"]["defaults"].update(custom={"lineWidth": 1}),
            'panel "Ready" (id 4): stat knows no fieldConfig.defaults.custom',
            id="lines in a panel that draws none",
        ),
        pytest.param(
            lambda of: panel(of, SLOWEST).update(type="graph"),
            'panel "Slowest" (id 3): there is no schema of the plugin graph',
            id="a plugin that Grafana has no more",
        ),
        pytest.param(
            lambda of: panel(of, ROW).update(collapsed="no"),
            "panel \"Requests\" (id 1): collapsed: 'no' is not of type 'boolean'",
            id="a bogus value of a heading",
        ),
    ],
)
def test_what_does_not_fit_names_the_panel_and_the_path(
    spoil: Callable[[Json], object], expected: str
) -> None:
    assert expected in readable(spoiled(spoil))
