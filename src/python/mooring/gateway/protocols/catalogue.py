"""What is served: the list of models, their state, metadata and contracts."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from mooring.contract import wire
from mooring.gateway.answers import (
    PROBLEMS,
    Details,
    ListedModel,
    Metadata,
    ModelList,
    ModelSpec,
    ModelStatus,
    State,
    StatusDetail,
    VersionStatus,
)
from mooring.gateway.errors import UpstreamNotReady
from mooring.gateway.hop.served import Served
from mooring.gateway.traffic.models import Model, Models


def catalogue_routes(models: Models) -> APIRouter:
    """The routes; `model` is looked up in the routing document, not in a type."""
    router = APIRouter(tags=["models"])

    @router.get("/v1/models", responses=PROBLEMS, summary="All models")
    async def list_models() -> ModelList:
        return ModelList(models=[_listed(model) for model in models])

    @router.get("/v1/models/{model}", responses=PROBLEMS, summary="State of one model")
    async def status(model: str) -> ModelStatus:
        return ModelStatus(model_version_status=[_status(models[model])])

    @router.get("/v1/models/{model}/metadata", responses=PROBLEMS, summary="What it is")
    async def metadata(model: str) -> Metadata:
        return _metadata(models[model].name, _known(models[model]))

    @router.get(
        "/v1/models/{model}/contract", responses=PROBLEMS, summary="Its contract, byte for byte"
    )
    async def contract(model: str) -> Response:
        known = _known(models[model])
        headers = {wire.CONTRACT_HEADER: known.digest, "ETag": f'"{known.digest}"'}
        return Response(known.contract.to_json(), headers=headers, media_type="application/json")

    return router


def _known(model: Model) -> Served:
    """What was last learned of the model, even if its service is away now."""
    champion = model.champion
    if champion.known is None:
        raise UpstreamNotReady(model.name, champion.reason)
    return champion.known


def _state(model: Model) -> State:
    return "AVAILABLE" if model.champion.ready else "LOADING"


def _listed(model: Model) -> ListedModel:
    return ListedModel(name=model.name, version=model.champion.target.version, state=_state(model))


def _status(model: Model) -> VersionStatus:
    return VersionStatus(
        version=str(model.champion.target.version),
        state=_state(model),
        status=StatusDetail(
            error_code="OK" if model.champion.ready else "UNAVAILABLE",
            error_message=model.champion.reason,
        ),
    )


def _metadata(name: str, served: Served) -> Metadata:
    contract = served.contract
    details = Details(
        bundle=served.target.bundle,
        contract=served.digest,
        description=contract.description,
        features=contract.features,
        prediction=contract.prediction,
        limits=contract.limits,
    )
    return Metadata(
        model_spec=ModelSpec(name=name, version=str(served.target.version)), metadata=details
    )
