from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mooring.contract.routing import Policy, Routing

URLS = ["http://127.0.0.1:3000"]
CHAMPION = {"urls": URLS, "version": 1, "bundle": "a" * 64}
CHALLENGER = {"urls": ["http://127.0.0.1:3001"], "version": 2, "bundle": "b" * 64}
CANARY = {"champion": CHAMPION, "challenger": CHALLENGER, "mode": "canary", "percent": 5}


def validated(**route: Any) -> Routing:
    document = {"format": 1, "version": 7, "models": {"flight_delay": route}}
    return Routing.model_validate_json(json.dumps(document))


def test_a_champion_alone_is_a_route() -> None:
    route = validated(champion=CHAMPION).models["flight_delay"]
    assert (route.mode, route.percent, route.challenger) == ("champion", 0.0, None)
    assert route.policy == Policy()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="a canary"),
        pytest.param({"percent": 0.5}, id="a part of a percent"),
        pytest.param({"percent": 0}, id="a canary that has been stopped"),
        pytest.param({"percent": 100}, id="a canary that gets all"),
        pytest.param({"mode": "shadow", "percent": 0}, id="a shadow"),
        pytest.param({"mode": "champion", "percent": 0}, id="a challenger that waits"),
        pytest.param({"policy": {"slow_factor": 3}}, id="a policy that says one thing"),
    ],
)
def test_a_route_with_a_challenger_is_read(change: dict[str, Any]) -> None:
    assert validated(**CANARY | change).models["flight_delay"].challenger is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"challenger": None}, "needs a challenger", id="a canary of nothing"),
        pytest.param(
            {"challenger": None, "mode": "shadow", "percent": 0},
            "needs a challenger",
            id="a shadow of nothing",
        ),
        pytest.param({"mode": "shadow"}, "percent belongs", id="a shadow with a percent"),
        pytest.param({"mode": "champion"}, "percent belongs", id="a percent without a canary"),
        pytest.param(
            {"challenger": CHALLENGER | {"version": 1}}, "one version", id="the same version"
        ),
        pytest.param(
            {"challenger": CHALLENGER | {"bundle": "a" * 64}}, "one bundle", id="the same bundle"
        ),
        pytest.param({"challenger": CHALLENGER | {"urls": URLS}}, "address", id="one address"),
        pytest.param({"champion": CHAMPION | {"urls": URLS * 2}}, "twice", id="a replica twice"),
        pytest.param({"percent": -1}, "percent", id="less than nothing"),
        pytest.param({"percent": 101}, "percent", id="more than all"),
        pytest.param({"mode": "mirror"}, "mode", id="a mode of the future"),
        pytest.param({"weights": {}}, "weights", id="an unknown field"),
        pytest.param({"policy": {"false_aborts": 0}}, "false_aborts", id="an impossible promise"),
        pytest.param({"policy": {"patience": 1}}, "patience", id="an unknown rule"),
    ],
)
def test_a_route_that_contradicts_itself_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        validated(**CANARY | change)
