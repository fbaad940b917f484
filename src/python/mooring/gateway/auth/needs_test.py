from __future__ import annotations

import pytest

from mooring.gateway.auth.caller import Permission
from mooring.gateway.auth.needs import Need, Needs

PREDICT: tuple[Permission, ...] = ("predict",)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/v2/health/live", "/v2/health/ready"])
@pytest.mark.parametrize("open_docs", [True, False])
def test_probes_need_nothing(path: str, open_docs: bool) -> None:
    assert Needs(open_docs=open_docs).of(path) is None


@pytest.mark.parametrize("path", ["/docs", "/docs/index.css", "/openapi.json"])
def test_the_docs_need_what_predictions_need_unless_they_are_opened(path: str) -> None:
    assert Needs(open_docs=False).of(path) == Need(PREDICT, None)
    assert Needs(open_docs=True).of(path) is None


@pytest.mark.parametrize(
    ("path", "need"),
    [
        pytest.param("/v1/models", Need(PREDICT, None), id="the list"),
        pytest.param("/v1/models/m", Need(PREDICT, "m"), id="the status"),
        pytest.param("/v1/models/m:predict", Need(PREDICT, "m"), id="a prediction"),
        pytest.param("/v1/models/m/versions/1:predict", Need(PREDICT, "m"), id="of a version"),
        pytest.param("/v1/models/m/labels/champion:predict", Need(PREDICT, "m"), id="of a label"),
        pytest.param("/v1/models/m/contract", Need(PREDICT, "m"), id="the contract"),
        pytest.param("/v2/models/m/infer", Need(PREDICT, "m"), id="the other protocol"),
        pytest.param("/v2/models/m/versions/1/infer", Need(PREDICT, "m"), id="its version"),
        pytest.param("/v1/models/m:feedback", Need(("feedback", "labeler"), "m"), id="feedback"),
        pytest.param("/v2", Need(PREDICT, None), id="the server's metadata"),
        pytest.param("/nowhere", Need(PREDICT, None), id="what there is not"),
        pytest.param("/livez/", Need(PREDICT, None), id="nearly a probe"),
        pytest.param("//livez", Need(PREDICT, None), id="nearly a probe, from the front"),
        pytest.param("/docsx", Need(PREDICT, None), id="nearly the docs"),
        pytest.param("/v1/models/m:feedback\n", Need(PREDICT, "m"), id="nearly feedback"),
        pytest.param("", Need(PREDICT, None), id="an empty path"),
    ],
)
def test_everything_else_needs_a_scope(path: str, need: Need) -> None:
    assert Needs(open_docs=True).of(path) == need
