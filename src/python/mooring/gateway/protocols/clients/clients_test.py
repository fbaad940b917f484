"""Clients that nobody here wrote get the same predictions, in every protocol that they speak."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mooring.gateway.protocols.clients.programs import answers_of
from mooring.gateway.testing.gateway import gateway
from mooring.gateway.testing.upstream import upstream

LATE = [0.07, 0.08]
BEYOND = "Input should be less than or equal to 23"
INVALID = "The rows break the model's contract"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running.port


@pytest.fixture(scope="module")
def triton(port: int) -> dict[str, Any]:
    return answers_of("triton", port)


@pytest.fixture(scope="module")
def kserve(port: int) -> dict[str, Any]:
    return answers_of("kserve", port)


@pytest.fixture(scope="module")
def requests(port: int) -> dict[str, Any]:
    return answers_of("requests", port)


@pytest.mark.parametrize("probe", ["live", "ready", "model_ready", "version_ready"])
def test_tritons_client_finds_the_gateway_healthy(triton: dict[str, Any], probe: str) -> None:
    assert triton[probe] is True
    assert triton["other_ready"] is False


def test_tritons_client_reads_the_metadata(triton: dict[str, Any]) -> None:
    assert triton["server"]["extensions"] == ["binary_tensor_data"]
    assert triton["model"]["versions"] == ["3"]
    wind = {"name": "wind", "datatype": "FP64", "shape": [-1]}
    assert wind in triton["model"]["inputs"]


@pytest.mark.parametrize(
    "form", range(4), ids=["JSON, JSON", "JSON, bytes", "bytes, JSON", "bytes, bytes"]
)
def test_tritons_client_infers(triton: dict[str, Any], form: int) -> None:
    inferred = triton["inferred"][form]
    assert (inferred["late"], inferred["id"]) == (LATE, "run-7")
    assert [each[-2:] for each in inferred["ids"]] == ["-0", "-1"]


def test_tritons_client_infers_without_saying_what_it_wants(triton: dict[str, Any]) -> None:
    assert triton["plain"] == LATE


@pytest.mark.parametrize(
    ("what", "status", "message"),
    [
        pytest.param("bad_value", "422", f"{INVALID}: inputs[2].data[1]: {BEYOND}", id="a value"),
        pytest.param("other_model", "404", "Unknown model: ", id="a model that is not served"),
        pytest.param("repository", "404", "Not Found: ", id="what only Triton has"),
    ],
)
def test_tritons_client_shows_why_it_was_refused(
    triton: dict[str, Any], what: str, status: str, message: str
) -> None:
    shown = triton[what]
    assert shown[0] == status
    assert shown[1].startswith(message)


def test_kserves_client_finds_the_gateway_healthy_in_both_protocols(
    kserve: dict[str, Any],
) -> None:
    assert {kserve["v2"][probe] for probe in ("live", "ready", "model_ready")} == {True}
    assert {kserve["v1"][probe] for probe in ("live", "model_ready")} == {True}


def test_kserves_client_predicts_in_both_protocols(kserve: dict[str, Any]) -> None:
    assert kserve["v1"]["late"] == LATE
    assert kserve["v2"]["late"] == [LATE, LATE]


def test_kserves_client_is_told_what_is_wrong(kserve: dict[str, Any]) -> None:
    assert kserve["v2"]["bad_value"] == [422, f"{INVALID}: inputs[2].data[1]: {BEYOND}"]
    status, error = kserve["v1"]["bad_value"]
    assert status == 422
    assert error.startswith(f"{INVALID}: instances[0].")


@pytest.mark.parametrize("place", range(3), ids=["by name", "by version", "by label"])
def test_tensorflow_servings_requests_are_answered(requests: dict[str, Any], place: int) -> None:
    (rows, by_row), (columns, by_column) = requests["rows"][place], requests["columns"][place]
    assert (rows, columns) == (200, 200)
    assert by_row["predictions"] == by_column["outputs"] == LATE
    (version,) = requests["status"][place]["model_version_status"]
    assert (version["version"], version["state"]) == ("3", "AVAILABLE")
    assert requests["metadata"][place]["model_spec"]["version"] == "3"


@pytest.mark.parametrize(
    ("what", "status", "error"),
    [
        pytest.param("bad_value", 422, f"{INVALID}: inputs.hour[1]: {BEYOND}", id="a value"),
        pytest.param("other_signature", 422, f"{INVALID}: signature_name: ", id="a signature"),
        pytest.param("other_version", 404, "Unknown version: ", id="a version"),
    ],
)
def test_tensorflow_servings_member_says_what_is_wrong(
    requests: dict[str, Any], what: str, status: int, error: str
) -> None:
    answered, problem = requests[what]
    assert answered == status
    assert problem["error"].startswith(error)
