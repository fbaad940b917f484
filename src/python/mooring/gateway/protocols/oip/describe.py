"""The protocol's health and metadata: `/v2`, `/v2/health/…`, `/v2/models/{model}…`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from mooring.contract.contract import Contract
from mooring.gateway.answers import PROBLEMS
from mooring.gateway.drain import Drain
from mooring.gateway.errors import UpstreamNotReady
from mooring.gateway.health import unready
from mooring.gateway.protocols.oip.answers import (
    InferMetadata,
    ModelReady,
    ServerLive,
    ServerMetadata,
    ServerReady,
    TensorMetadata,
)
from mooring.gateway.protocols.oip.datatypes import carriers
from mooring.gateway.protocols.oip.infer import IDS
from mooring.gateway.traffic.models import Model, Models

_MODEL = "/v2/models/{model}"
_VERSION = f"{_MODEL}/versions/{{version}}"


def describe_routes(models: Models, drain: Drain) -> APIRouter:
    """All routes of the protocol but the one that infers."""
    router = APIRouter(tags=["open inference protocol"])

    @router.get("/v2", responses=PROBLEMS, summary="What serves here")
    async def server() -> ServerMetadata:
        return ServerMetadata(version="1", extensions=["binary_tensor_data"])

    @router.get("/v2/health/live", responses=PROBLEMS, summary="Is the process alive?")
    async def live() -> ServerLive:
        return ServerLive()

    @router.get(
        "/v2/health/ready", responses=PROBLEMS, response_model=ServerReady, summary="Send requests?"
    )
    async def ready() -> Response | ServerReady:
        return unready(models, drain) or ServerReady()

    @router.get(_MODEL, responses=PROBLEMS, summary="The tensors of a model")
    async def metadata(model: str) -> InferMetadata:
        return _metadata(models[model], None)

    @router.get(_VERSION, responses=PROBLEMS, summary="The tensors of one version")
    async def version_metadata(model: str, version: str) -> InferMetadata:
        return _metadata(models[model], version)

    @router.get(f"{_MODEL}/ready", responses=PROBLEMS, summary="Can the model be asked?")
    async def model_ready(model: str) -> ModelReady:
        return _ready(models[model], None)

    @router.get(f"{_VERSION}/ready", responses=PROBLEMS, summary="Can that version be asked?")
    async def version_ready(model: str, version: str) -> ModelReady:
        return _ready(models[model], version)

    return router


def _ready(model: Model, version: str | None) -> ModelReady:
    model.named(version).ask()
    return ModelReady(name=model.name)


def _metadata(model: Model, version: str | None) -> InferMetadata:
    variant = model.named(version)
    if variant.known is None:
        raise UpstreamNotReady(model.name, variant.reason)
    contract = variant.known.contract
    return InferMetadata(
        name=model.name,
        versions=[str(each.target.version) for each in model.variants],
        inputs=_inputs(contract),
        outputs=_outputs(contract),
    )


def _inputs(contract: Contract) -> list[TensorMetadata]:
    return [
        TensorMetadata(name=feature.name, datatype=carriers(feature)[0], shape=[-1])
        for feature in contract.features
    ]


def _outputs(contract: Contract) -> list[TensorMetadata]:
    return [
        TensorMetadata(name=contract.prediction.name, datatype="FP64", shape=[-1]),
        TensorMetadata(name=IDS, datatype="BYTES", shape=[-1]),
    ]
