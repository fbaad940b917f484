from __future__ import annotations

from collections.abc import Callable

import pytest

from mooring.observability.lint.finding import readable
from mooring.observability.lint.testing.good import READY, Json, panel, spoiled

BOARD = 'dashboard "Small" (mooring-small), the dashboard itself'


def linking(url: str) -> Callable[[Json], object]:
    """Gives a panel a link."""
    link = {"title": "There", "type": "link", "url": url, "icon": "", "tooltip": "", "tags": [],
            "asDropdown": False, "targetBlank": False, "includeVars": True, "keepTime": True,
            }  # fmt: skip
    return lambda of: panel(of, READY).update(links=[link])


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(
            lambda of: of.update(uid="mooring-" + "long-" * 10 + "name"),
            "dashboard-uid-rule",
            id="a uid that Grafana cuts",
        ),
        pytest.param(lambda of: of.update(uid="Small"), "dashboard-uid-rule", id="a foreign uid"),
        pytest.param(
            lambda of: of.update(editable=True),
            f"uneditable-dashboard: {BOARD}: it can be edited",
            id="a dashboard that can be edited",
        ),
        pytest.param(
            lambda of: of["templating"]["list"].pop(0),
            f"template-datasource-rule: {BOARD}: it does not have one variable `datasource`",
            id="no variable for the data source",
        ),
        pytest.param(
            lambda of: of["templating"]["list"][1].update(refresh=1),
            f"template-on-time-change-reload-rule: {BOARD}: variable model is not read anew",
            id="a variable that is read once",
        ),
        pytest.param(
            lambda of: of["templating"]["list"][1].update(datasource={"uid": "PD8C5"}),
            f"template-panel-datasource-rule: {BOARD}: model does not ask",
            id="a variable that asks one Prometheus",
        ),
        pytest.param(
            lambda of: of["annotations"]["list"][0].update(datasource={"uid": "PD8C5"}),
            f"template-panel-datasource-rule: {BOARD}: Ready again does not ask",
            id="an annotation that asks one Prometheus",
        ),
        pytest.param(
            linking("/d/mooring-smal"),
            f"dashboard-link-rule: {BOARD}: a link leads to the dashboard mooring-smal, "
            "which is not there",
            id="a link to no dashboard",
        ),
        pytest.param(
            linking("/d/mooring-small?viewPanel=9&${__url_time_range}"),
            "a link leads to panel 9 of mooring-small, which is not there",
            id="a link to no panel",
        ),
        pytest.param(
            lambda of: of["links"][0].update(tags=["moorings"]),
            "a link leads to dashboards with the tag moorings; none has it",
            id="a link to a tag that no dashboard has",
        ),
        pytest.param(
            lambda of: of["links"][0].update(includeVars=False),
            f"dashboard-link-variables-rule: {BOARD}: the link Others forgets",
            id="a link that forgets the model",
        ),
    ],
)
def test_a_spoiled_dashboard_is_named(spoil: Callable[[Json], object], expected: str) -> None:
    assert expected in readable(spoiled(spoil))


@pytest.mark.parametrize(
    "url",
    ["/d/mooring-small", f"/d/mooring-small/small?viewPanel={READY}", "https://grafana.com/docs"],
)
def test_a_link_that_leads_somewhere_passes(url: str) -> None:
    assert readable(spoiled(linking(url))) == ""
