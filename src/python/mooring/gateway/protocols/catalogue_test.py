from __future__ import annotations

import pytest

from mooring.contract.contract import Contract
from mooring.gateway.testing.contracts import BUNDLE, CONTRACT
from mooring.gateway.testing.gateway import RunningGateway


def test_the_list_names_every_model_with_its_state(served: RunningGateway) -> None:
    expected = {"name": "voyage_delay", "version": 3, "state": "AVAILABLE"}
    assert served.get("/v1/models").json == {"models": [expected]}


def test_the_state_has_the_form_of_tensorflow_serving(served: RunningGateway) -> None:
    status = {"error_code": "OK", "error_message": ""}
    expected = [{"version": "3", "state": "AVAILABLE", "status": status}]
    answer = {"name": "voyage_delay", "ready": True, "model_version_status": expected}
    for where in ("", "/versions/3", "/labels/champion"):
        assert served.get(f"/v1/models/voyage_delay{where}").json == answer


@pytest.mark.parametrize("where", ["/versions/4", "/versions/x", "/labels/stable"])
@pytest.mark.parametrize("rest", ["", "/metadata"])
def test_a_version_or_label_that_is_not_served_is_404(
    served: RunningGateway, where: str, rest: str
) -> None:
    answer = served.get(f"/v1/models/voyage_delay{where}{rest}")
    assert (answer.status, answer.json["title"]) == (404, "Unknown version")


def test_the_metadata_names_bundle_contract_and_features(served: RunningGateway) -> None:
    answer = served.get("/v1/models/voyage_delay/metadata").json
    metadata = answer["metadata"]
    spec = {"name": "voyage_delay", "version": "3", "signature_name": ""}
    assert answer["model_spec"] == spec
    assert (metadata["bundle"], metadata["contract"]) == (BUNDLE, CONTRACT.digest)
    names = tuple(feature["name"] for feature in metadata["features"])
    assert names == CONTRACT.feature_names


@pytest.mark.parametrize("where", ["/versions/3", "/labels/champion"])
def test_a_version_and_a_label_have_metadata(served: RunningGateway, where: str) -> None:
    plain, asked = (served.get(f"/v1/models/voyage_delay{w}/metadata").json for w in ("", where))
    assert asked == plain


def test_the_metadata_has_the_signature_that_tensorflow_clients_read(
    served: RunningGateway,
) -> None:
    metadata = served.get("/v1/models/voyage_delay/metadata").json["metadata"]
    signature = metadata["signature_def"]["signature_def"]["serving_default"]
    types = {name: tensor["dtype"] for name, tensor in signature["inputs"].items()}
    assert types == {
        "origin": "DT_STRING", "ship": "DT_STRING", "hour": "DT_INT64", "wind": "DT_DOUBLE",
        "haven": "DT_STRING", "loaded": "DT_BOOL",
    }  # fmt: skip
    shape = {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False}
    assert signature["outputs"]["late"]["tensor_shape"] == shape


def test_the_root_is_a_sign_of_life(served: RunningGateway) -> None:
    assert served.get("/").json == {"status": "alive", "docs": "/docs"}


def test_the_contract_comes_back_byte_for_byte(served: RunningGateway) -> None:
    answer = served.get("/v1/models/voyage_delay/contract")
    assert answer.headers["mooring-contract"] == CONTRACT.digest
    assert Contract.from_json(answer.body) == CONTRACT
    assert answer.body == CONTRACT.to_json()


@pytest.mark.parametrize("rest", ["", "/metadata", "/contract", ":explain"])
def test_an_unknown_model_is_404_and_names_those_that_exist(
    served: RunningGateway, rest: str
) -> None:
    answer = served.get(f"/v1/models/voyage{rest}")
    assert answer.status == 404
    assert "voyage_delay." in answer.json["detail"]


def test_a_ready_gateway_says_so(served: RunningGateway) -> None:
    assert served.get("/livez").json == {"status": "live"}
    assert served.get("/readyz").json == {"status": "ready"}
    assert served.counted("mooring_gateway_model_ready", model="voyage_delay") == 1.0


def test_a_gateway_without_its_service_is_live_and_says_why_it_is_not_ready(
    alone: RunningGateway,
) -> None:
    assert alone.get("/livez").status == 200
    answer = alone.get("/readyz")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert list(answer.json["reasons"]) == ["voyage_delay"]


def test_a_model_that_is_not_known_yet_is_listed_as_loading(alone: RunningGateway) -> None:
    assert alone.get("/v1/models").json["models"][0]["state"] == "LOADING"
    (state,) = alone.get("/v1/models/voyage_delay").json["model_version_status"]
    assert (state["state"], state["status"]["error_code"]) == ("LOADING", "UNAVAILABLE")
    assert state["status"]["error_message"]


@pytest.mark.parametrize("rest", ["/metadata", "/contract"])
def test_what_is_not_known_yet_is_503(alone: RunningGateway, rest: str) -> None:
    answer = alone.get(f"/v1/models/voyage_delay{rest}")
    assert (answer.status, answer.json["reason"]) == (503, "not_ready")
