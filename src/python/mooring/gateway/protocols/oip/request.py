"""An inference request before the contract is asked: its JSON, and the bytes behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from mooring.contract.faults import invalid_rows
from mooring.contract.json_members import Parts, refuse_more, refuse_repeated_members
from mooring.gateway.errors import MalformedBody
from mooring.gateway.protocols.oip.datatypes import Datatype

# The longest name of a tensor that means anything is a feature's, of 64 characters.
_LONGEST_NAME = 256
# A contract has at most 2,000 features.
_MOST_TENSORS = 2_000
# Name, shape, datatype, data, parameters and one parameter of each tensor, and some to spare; a
# list for each row is how two dimensions may be spelled.
_MOST = Parts(objects=3 * _MOST_TENSORS, members=7 * _MOST_TENSORS, lists=100_000, commas=2**31)
_LARGEST_DIMENSION = 2**31 - 1

Name = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]
Dimension = Annotated[int, Field(ge=0, le=_LARGEST_DIMENSION)]


def _refuse(value: Any) -> Any:
    raise PydanticCustomError("unsupported", "this extension of the protocol is not served here")


Unsupported = Annotated[Any, BeforeValidator(_refuse)]


class _Parameters(BaseModel):
    """What extensions of the protocol say. What only tunes (priority, content_type) is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


class RequestParameters(_Parameters):
    """`binary_data_output`: answer in bytes where an output does not say otherwise."""

    binary_data_output: bool = False
    sequence_id: Unsupported = None


class InputParameters(_Parameters):
    """`binary_data_size`: so many bytes behind the JSON are the elements."""

    binary_data_size: Annotated[int, Field(ge=0)] = 0
    shared_memory_region: Unsupported = None


class OutputParameters(_Parameters):
    """`binary_data`: answer in bytes, or not, whatever the request says."""

    binary_data: bool = False
    classification: Unsupported = None
    shared_memory_region: Unsupported = None


class _Closed(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, protected_namespaces=()
    )


class InputTensor(_Closed):
    """One tensor; its elements are in `data`, or in so many bytes behind the JSON."""

    name: Name
    shape: Annotated[list[Dimension], Field(min_length=1, max_length=2)]
    datatype: Datatype
    parameters: InputParameters = InputParameters()
    data: list[Any] | None = None


class RequestedOutput(_Closed):
    """One tensor of the answer that the caller wants."""

    name: Name
    parameters: OutputParameters = OutputParameters()


class InferRequest(_Closed):
    """The JSON of `POST …/infer`."""

    # It comes back in the answer: short, and nothing that could be more than a name.
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = ""
    # KServe's client repeats it from the path.
    model_name: Name = ""
    parameters: RequestParameters = RequestParameters()
    inputs: Annotated[list[InputTensor], Field(min_length=1, max_length=_MOST_TENSORS)]
    outputs: Annotated[list[RequestedOutput], Field(max_length=_MOST_TENSORS)] = []


@dataclass(frozen=True)
class InferBody:
    """A whole body: the request, and for each binary tensor, by its position, its bytes."""

    request: InferRequest
    binary: Mapping[int, bytes] = field(default_factory=dict)


_REQUEST = TypeAdapter(InferRequest)


def read_body(body: bytes, header_length: str | None) -> InferBody:
    """Read a body; `header_length` is the header `Inference-Header-Content-Length`.

    Raises InvalidRows for what the JSON says, MalformedBody where the bytes do not add up.
    """
    size = len(body) if header_length is None else _size(header_length, len(body))
    request = _read_json(body[:size])
    return InferBody(request, _binary(request, body[size:]))


def _read_json(text: bytes) -> InferRequest:
    refuse_more(text, _MOST)
    try:
        request = _REQUEST.validate_json(text)
    except ValidationError as error:
        raise invalid_rows(error) from None
    refuse_repeated_members(text, _kept(request))
    return request


def _kept(request: InferRequest) -> int:
    """How many members of the JSON were understood."""
    parts: list[InferRequest | InputTensor | RequestedOutput] = [
        request,
        *request.inputs,
        *request.outputs,
    ]
    parameters = [part.parameters for part in parts]
    return sum(len(each.model_fields_set) for each in (*parts, *parameters))


def _size(header_length: str, longest: int) -> int:
    if not header_length.isascii() or not header_length.isdigit() or len(header_length) > 10:
        raise MalformedBody(
            "it is not a number of bytes",
            place="Inference-Header-Content-Length",
            cure="Say how many bytes of the body are JSON.",
        )
    size = int(header_length)
    if size > longest:
        raise MalformedBody(
            "it is more than the body has",
            place="Inference-Header-Content-Length",
            cure="Say how many bytes of the body are JSON.",
        )
    return size


def _binary(request: InferRequest, data: bytes) -> dict[int, bytes]:
    """Cut what follows the JSON into the tensors that claim it, in their order."""
    cut: dict[int, bytes] = {}
    offset = 0
    for position, tensor in enumerate(request.inputs):
        if "binary_data_size" not in tensor.parameters.model_fields_set:
            continue
        size = tensor.parameters.binary_data_size
        if size > len(data) - offset:
            raise MalformedBody(
                "it is more than the body has",
                place=f"inputs[{position}].parameters.binary_data_size",
                cure="Send the tensors' bytes behind the JSON, in the order of inputs.",
            )
        cut[position] = data[offset : offset + size]
        offset += size
    if offset != len(data):
        raise MalformedBody(
            "bytes follow the JSON that no tensor claims",
            place="body",
            cure="Give each binary tensor its binary_data_size, and the JSON its "
            "Inference-Header-Content-Length.",
        )
    return cut
