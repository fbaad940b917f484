"""The bodies of the protocol's answers, as types: what FastAPI validates and documents."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from mooring.gateway.answers import Answer
from mooring.gateway.protocols.oip.datatypes import Datatype


class ServerMetadata(Answer):
    """What serves here."""

    name: Literal["mooring"] = "mooring"
    version: str
    extensions: list[str]


class ServerLive(Answer):
    """The process answers."""

    live: Literal[True] = True


class ServerReady(Answer):
    """Every model can be asked."""

    ready: Literal[True] = True


class ModelReady(Answer):
    """The model can be asked."""

    name: str
    ready: Literal[True] = True


class TensorMetadata(Answer):
    """One tensor; -1 is the number of rows, which the caller chooses."""

    name: str
    datatype: Datatype
    shape: list[int]


class InferMetadata(Answer):
    """The tensors of one model."""

    name: str
    versions: list[str]
    platform: Literal["mooring"] = "mooring"
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class OutputTensor(Answer):
    """One tensor of an answer."""

    name: str
    datatype: Datatype
    shape: list[int]
    data: list[Any] | None = Field(
        default=None, description="Left out where the elements follow the JSON as bytes."
    )
    parameters: dict[str, Any] | None = None


class Inference(Answer):
    """The tensors that were asked for: predictions, and the ids to name them by later."""

    # Not echoed by a type: the id that the caller chose, if he chose one.
    model_name: str
    model_version: str
    id: str | None = Field(default=None, description="As the request named itself.")
    parameters: dict[str, str]
    outputs: list[OutputTensor]
