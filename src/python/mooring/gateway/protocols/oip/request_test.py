from __future__ import annotations

import json
from typing import Any

import pytest

from mooring.contract.errors import InvalidRows
from mooring.gateway.errors import MalformedBody
from mooring.gateway.protocols.oip.request import read_body

SIZE = "inputs[0].parameters.binary_data_size"


def tensor(**members: Any) -> dict[str, Any]:
    return {"name": "hour", "shape": [1], "datatype": "INT64"} | members


def head(*tensors: dict[str, Any], **members: Any) -> bytes:
    return json.dumps({"inputs": tensors} | members).encode()


def sized(size: Any) -> dict[str, Any]:
    return tensor(parameters={"binary_data_size": size})


def test_each_binary_tensor_gets_its_bytes_in_order() -> None:
    json_part = head(sized(2), tensor(data=[1]), sized(0), sized(3))
    body = read_body(json_part + b"aabbb", str(len(json_part)))
    assert body.binary == {0: b"aa", 2: b"", 3: b"bbb"}
    assert body.request.inputs[1].data == [1]


@pytest.mark.parametrize(
    ("content", "length", "place"),
    [
        pytest.param(head(sized(9)) + b"aa", None, "", id="no header for the JSON's length"),
        pytest.param(head(sized(9)) + b"aa", -2, "inputs[0]", id="more than there is"),
        pytest.param(head(sized(1)) + b"aa", -2, "body", id="bytes that no tensor claims"),
        pytest.param(head(tensor(data=[1])) + b"a", -1, "body", id="bytes behind plain JSON"),
        pytest.param(head(sized(2**70)) + b"aa", -2, "inputs[0]", id="an endless size"),
    ],
)
def test_bytes_that_do_not_add_up_are_malformed(
    content: bytes, length: int | None, place: str
) -> None:
    """`length` counts from the body's end."""
    claimed = None if length is None else str(len(content) + length)
    with pytest.raises((MalformedBody, InvalidRows)) as refused:
        read_body(content, claimed)
    assert getattr(refused.value, "malformed", True)
    assert refused.value.place.startswith(place)


@pytest.mark.parametrize(
    "length", ["", "-1", "+1", "1.0", "1e1", " 1", "٣", "0x10", "9" * 4_400, "99"]
)
def test_a_header_that_is_no_length_within_the_body_is_malformed(length: str) -> None:
    with pytest.raises(MalformedBody) as refused:
        read_body(head(tensor(data=[1])), length)
    assert refused.value.place == "Inference-Header-Content-Length"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param({"inputs": []}, "inputs", id="no tensors"),
        pytest.param({"id": "a b"}, "id", id="an id that could break a line"),
        pytest.param({"id": "x" * 65}, "id", id="a long id"),
        pytest.param({"made_up": 1}, "made_up", id="a member that the protocol does not have"),
        pytest.param({"outputs": [{"name": ""}]}, "outputs[0].name", id="an output without a name"),
        pytest.param({"inputs": [tensor(shape=[])]}, "inputs[0].shape", id="no shape"),
        pytest.param({"inputs": [tensor(shape=[1, 1, 1])]}, "inputs[0].shape", id="three axes"),
        pytest.param({"inputs": [tensor(shape=[-1])]}, "inputs[0].shape[0]", id="a negative axis"),
        pytest.param({"inputs": [tensor(shape=[2**63])]}, "inputs[0].shape[0]", id="an endless"),
        pytest.param({"inputs": [tensor(shape=[1.0])]}, "inputs[0].shape[0]", id="a fraction"),
        pytest.param({"inputs": [tensor(datatype="TEXT")]}, "inputs[0].datatype", id="no datatype"),
        pytest.param({"inputs": [tensor(name=7)]}, "inputs[0].name", id="a number for a name"),
        pytest.param({"inputs": [sized(-1)]}, SIZE, id="a negative size"),
        pytest.param({"inputs": [sized(True)]}, SIZE, id="true for a size"),
        pytest.param({"inputs": [sized("2")]}, SIZE, id="a size as text"),
        pytest.param({"inputs": [sized(2.0)]}, SIZE, id="a fraction for a size"),
        pytest.param(
            {"inputs": [tensor(parameters={"shared_memory_region": "x"})]},
            "inputs[0].parameters.shared_memory_region", id="shared memory",
        ),
        pytest.param(
            {"outputs": [{"name": "late", "parameters": {"classification": 3}}]},
            "outputs[0].parameters.classification", id="a classification",
        ),
        pytest.param(
            {"parameters": {"sequence_id": 3}}, "parameters.sequence_id", id="a sequence"
        ),
        pytest.param(
            {"parameters": {"binary_data_output": 1}}, "parameters.binary_data_output",
            id="a number for a switch",
        ),
        pytest.param({"inputs": [tensor(data={})]}, "inputs[0].data", id="an object for data"),
    ],
)  # fmt: skip
def test_json_that_is_no_request_is_refused_with_its_path(
    change: dict[str, Any], path: str
) -> None:
    whole = {"inputs": [tensor(data=[1])]} | change
    with pytest.raises(InvalidRows) as refused:
        read_body(json.dumps(whole).encode(), None)
    assert [violation.path for violation in refused.value.violations] == [path]


@pytest.mark.parametrize("parameters", [{"content_type": "pd"}, {"priority": 1}, {"timeout": 5}])
def test_parameters_that_only_tune_are_ignored(parameters: dict[str, Any]) -> None:
    given = tensor(data=[1], parameters=parameters)
    read_body(json.dumps({"inputs": [given], "parameters": parameters}).encode(), None)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param('{"id": "a", "inputs": [%s], "id": "b"}', "id", id="of the request"),
        pytest.param(
            '{"inputs": [%s], "parameters": {"x": 1, "x": 2}}', "parameters.x", id="of parameters"
        ),
        pytest.param(
            '{"inputs": [%s, {"name": "wind", "shape": [1], "shape": [1], "datatype": "FP64"}]}',
            "inputs[1].shape", id="of a tensor",
        ),
    ],
)  # fmt: skip
def test_a_member_that_is_there_twice_is_refused(text: str, path: str) -> None:
    with pytest.raises(InvalidRows) as refused:
        read_body((text % json.dumps(tensor(data=[1]))).encode(), None)
    assert [(v.path, v.kind) for v in refused.value.violations] == [(path, "repeated")]


def test_members_beyond_any_request_are_not_looked_at() -> None:
    many = {f"x{n}": 1 for n in range(20_000)}
    with pytest.raises(InvalidRows) as refused:
        read_body(json.dumps({"inputs": [tensor(data=[1])], "parameters": many}).encode(), None)
    assert refused.value.violations[0].kind == "too_much"
