from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.gateway.protocols.oip.binary import decode, encode
from mooring.gateway.protocols.oip.infer import HEADER_LENGTH
from mooring.gateway.protocols.oip.tensors_test import DATATYPES, tensors
from mooring.gateway.testing.contracts import BUNDLE, ROW
from mooring.gateway.testing.gateway import JSON, Answer, RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream

MODEL = "/v2/models/voyage_delay"
HOURS = list(range(24))
BINARY = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running


def hours() -> list[dict[str, Any]]:
    return tensors(24, hour={"data": HOURS})


def infer(
    served: RunningGateway, inputs: Sequence[Mapping[str, Any]], where: str = "", **members: Any
) -> Answer:
    return served.post(f"{MODEL}{where}/infer", json.dumps({"inputs": inputs} | members))


def in_bytes(count: int, **changed: Sequence[Any]) -> tuple[list[dict[str, Any]], bytes]:
    """Tensors whose elements follow the JSON."""
    heads, parts = [], []
    for name, datatype in DATATYPES.items():
        value = "" if ROW[name] is None else ROW[name]
        parts.append(encode(datatype, changed.get(name, [value] * count)))
        parameters = {"binary_data_size": len(parts[-1])}
        heads.append(
            {"name": name, "shape": [count], "datatype": datatype, "parameters": parameters}
        )
    return heads, b"".join(parts)


def infer_binary(served: RunningGateway, head: Any, data: bytes, **headers: str) -> Answer:
    text = json.dumps(head).encode()
    sent = BINARY | {HEADER_LENGTH: str(len(text))} | headers
    return served.post(f"{MODEL}/infer", text + data, sent)


@pytest.mark.parametrize("where", ["", "/versions/3"])
def test_each_row_gets_its_own_prediction_in_order(served: RunningGateway, where: str) -> None:
    answer = infer(served, hours(), where).json
    late, ids = answer["outputs"]
    assert late == {
        "name": "late", "datatype": "FP64", "shape": [24], "data": [hour / 100 for hour in HOURS]
    }  # fmt: skip
    assert (ids["name"], ids["datatype"], len(set(ids["data"]))) == ("prediction_id", "BYTES", 24)
    assert (answer["model_name"], answer["model_version"]) == ("voyage_delay", "3")
    assert answer["parameters"] == {"bundle": BUNDLE}


def test_bytes_are_answered_as_json_is(served: RunningGateway) -> None:
    heads, data = in_bytes(24, hour=HOURS)
    answer = infer_binary(served, {"inputs": heads}, data)
    assert answer.json["outputs"][0]["data"] == [hour / 100 for hour in HOURS]


def test_an_answer_in_bytes_says_where_its_json_ends(served: RunningGateway) -> None:
    answer = infer(served, hours(), parameters={"binary_data_output": True})
    end = int(answer.headers[HEADER_LENGTH.lower()])
    late, ids = json.loads(answer.body[:end])["outputs"]
    split = end + late["parameters"]["binary_data_size"]
    assert decode("FP64", answer.body[end:split]) == [hour / 100 for hour in HOURS]
    assert len(set(decode("BYTES", answer.body[split:]))) == 24
    assert len(answer.body) == split + ids["parameters"]["binary_data_size"]
    assert answer.headers["content-type"] == "application/octet-stream"


def test_an_output_is_chosen_by_name_and_by_form(served: RunningGateway) -> None:
    wanted = [{"name": "prediction_id", "parameters": {"binary_data": False}}, {"name": "late"}]
    parameters = {"binary_data_output": True}
    answer = infer(served, hours(), outputs=wanted[:1], parameters=parameters).json
    assert [output["name"] for output in answer["outputs"]] == ["prediction_id"]
    assert infer(served, hours(), outputs=wanted).json["outputs"][1]["name"] == "late"


@pytest.mark.parametrize(
    ("members", "path"),
    [
        pytest.param({"outputs": [{"name": "x"}]}, "outputs[0].name", id="an output not there"),
        pytest.param({"outputs": [{"name": "late"}] * 2}, "outputs", id="an output twice"),
        pytest.param({"model_name": "canary7391"}, "model_name", id="another model in the body"),
        pytest.param({"id": "canary 7391"}, "id", id="an id that is no name"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    served: RunningGateway, members: dict[str, Any], path: str
) -> None:
    answer = infer(served, tensors(), **members)
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, path)
    assert b"7391" not in answer.body


def test_the_callers_id_comes_back(served: RunningGateway) -> None:
    assert infer(served, tensors(), id="run-7.a_1").json["id"] == "run-7.a_1"
    assert "id" not in infer(served, tensors()).json


def test_a_problem_has_the_member_that_clients_of_the_protocol_read(served: RunningGateway) -> None:
    answer = infer(served, tensors(hour={"data": [7391]}))
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["error"] == (
        "The rows break the model's contract: inputs[2].data[0]: "
        "Input should be less than or equal to 23"
    )


def test_a_violation_is_counted_for_its_feature(served: RunningGateway) -> None:
    labels = {"model": "voyage_delay", "feature": "hour", "kind": "range"}
    before = served.counted("mooring_input_violations_total", **labels) or 0.0
    infer(served, tensors(hour={"data": [24]}))
    assert served.counted("mooring_input_violations_total", **labels) == before + 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Content-Type": "application/json; charset=utf-8"}, 200, id="JSON"),
        pytest.param({}, 200, id="no type, as Triton's client sends"),
        pytest.param({"Content-Type": "text/plain"}, 415, id="text"),
        pytest.param(BINARY, 415, id="bytes without the length of their JSON"),
        pytest.param(JSON | {"Content-Encoding": "gzip"}, 415, id="compressed"),
        pytest.param(JSON | {HEADER_LENGTH: "10"}, 415, id="JSON with a length of its JSON"),
    ],
)
def test_a_body_is_declared(served: RunningGateway, headers: dict[str, str], status: int) -> None:
    body = json.dumps({"inputs": tensors()})
    assert served.post(f"{MODEL}/infer", body, headers).status == status


@pytest.mark.parametrize(
    ("where", "status"),
    [("/v2/models/made_up", 404), (f"{MODEL}/versions/4", 404), (f"{MODEL}/versions/x", 404)],
)
def test_what_is_not_served_is_404(served: RunningGateway, where: str, status: int) -> None:
    assert served.post(f"{where}/infer", b"{}").status == status


def test_only_post_infers(served: RunningGateway) -> None:
    answer = served.get(f"{MODEL}/infer")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


sizes: st.SearchStrategy[Any] = st.one_of(
    st.integers(-2, 300), st.sampled_from([2**31, 2**63, 2**70, None, True, "8", 1.5, []])
)
shapes = st.lists(st.one_of(st.integers(-1, 30), st.sampled_from([2**31 - 1, 2**62])), max_size=3)
datatypes = st.sampled_from([*DATATYPES.values(), "UINT64", "FP16", "FP32", "INT8"])
changes = st.fixed_dictionaries(
    {},
    optional={
        "shape": shapes,
        "datatype": datatypes,
        "parameters": st.fixed_dictionaries({"binary_data_size": sizes}),
        "data": st.just([1]),
        "name": st.sampled_from([*DATATYPES, "made_up"]),
    },
)
lengths = st.one_of(st.integers(-5, 5), st.sampled_from(["", "x", "-1", "9" * 40, "0", "\xb2"]))


@settings(max_examples=300, deadline=None, database=None)
@given(st.data())
def test_no_body_that_is_out_of_shape_makes_the_gateway_fail(
    served: RunningGateway, data: st.DataObject
) -> None:
    heads, binary = in_bytes(2)
    position = data.draw(st.integers(0, len(heads) - 1))
    heads[position] |= data.draw(changes)
    cut = data.draw(st.integers(0, len(binary)))
    binary = binary[:cut] + data.draw(st.binary(max_size=40)) + binary[cut:]
    text = json.dumps({"inputs": heads}).encode()
    length = data.draw(lengths)
    said = str(len(text) + length) if isinstance(length, int) else length
    answer = served.post(f"{MODEL}/infer", text + binary, BINARY | {HEADER_LENGTH: said})
    assert answer.status in (200, 400, 415, 422)
