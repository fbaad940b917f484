from __future__ import annotations

from collections.abc import Callable

import pytest

from mooring.observability.lint.finding import readable
from mooring.observability.lint.testing.good import RATES, SLOWEST, Json, panel, spoiled


def moved(**place: object) -> Callable[[Json], object]:
    """Puts a panel elsewhere."""
    return lambda of: panel(of, SLOWEST)["gridPos"].update(place)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(
            lambda of: panel(of, SLOWEST).update(id=RATES),
            'panel-id-rule: dashboard "Small" (mooring-small), panel "Slowest" (id 2): '
            "its id is no number of its own above 0",
            id="two panels of one id",
        ),
        pytest.param(
            lambda of: panel(of, SLOWEST).update(id=0),
            'panel "Slowest" (id 0): its id is no number of its own above 0',
            id="an id that Grafana gives anew",
        ),
        pytest.param(
            lambda of: panel(of, SLOWEST).pop("id"),
            'panel "Slowest" (id None): its id is no number of its own above 0',
            id="no id",
        ),
        pytest.param(
            lambda of: panel(of, SLOWEST).update(title="Requests"),
            'panel-title-unique-rule: dashboard "Small" (mooring-small), '
            'panel "Requests" (id 3): another panel has its title',
            id="two panels of one title",
        ),
        pytest.param(
            moved(x=18),
            'panel-grid-rule: dashboard "Small" (mooring-small), panel "Slowest" (id 3): '
            "it lies at x=18, y=1 with w=12, h=8, outside the grid",
            id="a panel beyond the last column",
        ),
        pytest.param(moved(h=0), "w=12, h=0, outside the grid", id="a panel without height"),
        pytest.param(
            moved(x=11),
            'panel-overlap-rule: dashboard "Small" (mooring-small), panel "Slowest" (id 3): '
            'it lies on panel "Requests" (id 2)',
            id="a panel on another",
        ),
    ],
)
def test_a_spoiled_layout_names_the_panel(spoil: Callable[[Json], object], expected: str) -> None:
    assert expected in readable(spoiled(spoil))


def test_panels_of_a_closed_row_are_known_and_lie_on_nothing() -> None:
    def close(of: Json) -> None:
        hidden = of["panels"][3:]
        of["panels"] = of["panels"][:3]
        of["panels"][0]["panels"] = hidden
        hidden[0]["gridPos"]["y"] = 1

    assert readable(spoiled(close)) == ""
