"""A controller that is killed at every single thing that it does to the disk."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from mooring.contract.routing import Routing
from mooring.delivery.controller.testing.kills import killed_everywhere
from mooring.delivery.controller.testing.releases import MODEL, released, target
from mooring.gateway.traffic.document import check_successor


@pytest.mark.parametrize(
    ("errors", "champion"),
    [
        pytest.param(0, 2, id="a healthy challenger is promoted all the same"),
        pytest.param(50, 1, id="a bad one is withdrawn all the same"),
    ],
)
def test_whoever_is_killed_wherever(tmp_path: Path, errors: int, champion: int) -> None:
    disk = killed_everywhere(tmp_path, errors)
    assert disk.deaths > 40
    documents = [Routing.model_validate_json(each) for each in disk.seen]
    for before, after in pairwise(documents):
        check_successor(disk.routing, before, after)
        assert before.version < after.version
    assert disk.released().champion == released(champion)
    route = documents[-1].models[MODEL]
    assert (route.champion, route.challenger) == (target(champion), None)
    percents = [document.models[MODEL].percent for document in documents]
    assert percents == ([0.0, 5.0, 50.0, 0.0] if champion == 2 else [0.0, 5.0, 0.0])
