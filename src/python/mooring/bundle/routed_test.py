from __future__ import annotations

import pytest

from mooring.bundle.release import Release, Released
from mooring.bundle.routed import differs
from mooring.contract.routing import Route, Routing, Target


def released(version: int, digit: str = "") -> Released:
    return Released(
        version=version,
        bundle=(digit or str(version)) * 64,
        location="bundles/b",
        bytes=1,
        runtime="onnx",
        blessings={},
        promoted_at="2026-11-30T00:00:00Z",
        promoted_by="a",
        reason="r",
    )


def target(version: int) -> Target:
    urls = (f"http://127.0.0.1:{3000 + version}",)
    return Target(urls=urls, version=version, bundle=str(version) * 64)


def routing(champion: int, challenger: int | None = None, model: str = "flight_delay") -> Routing:
    route = Route(
        champion=target(champion),
        challenger=target(challenger) if challenger else None,
        mode="canary" if challenger else "champion",
        percent=5.0 if challenger else 0.0,
    )
    return Routing(format=1, version=7, models={model: route})


@pytest.mark.parametrize(
    ("champion", "challenger", "document", "different"),
    [
        pytest.param(released(1), None, routing(1), False, id="the champion alone"),
        pytest.param(released(1), released(2), routing(1, 2), False, id="a canary that runs"),
        pytest.param(None, None, None, False, id="nothing released and nothing routed"),
        pytest.param(released(1), None, None, True, id="no document"),
        pytest.param(released(1), None, routing(1, model="flight_time"), True, id="no route"),
        pytest.param(released(2), None, routing(1), True, id="a promotion that nobody followed"),
        pytest.param(released(1, "9"), None, routing(1), True, id="another bundle of a version"),
        pytest.param(released(1), released(2), routing(1), True, id="a challenger that waits"),
        pytest.param(released(1), None, routing(1, 2), True, id="a challenger that was withdrawn"),
        pytest.param(None, None, routing(1), True, id="a model that was never released"),
    ],
)
def test_the_document_differs_from_the_release(
    champion: Released | None,
    challenger: Released | None,
    document: Routing | None,
    different: bool,
) -> None:
    release = Release(model="flight_delay", champion=champion, challenger=challenger)
    assert differs(release, document) is different
