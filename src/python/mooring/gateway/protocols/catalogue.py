"""What is served: the list of models, their state, metadata and contracts."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from mooring.contract import wire
from mooring.gateway.answers import (
    PROBLEMS,
    Alive,
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
from mooring.gateway.protocols.signature import signatures_of
from mooring.gateway.traffic.models import Model, Models
from mooring.gateway.traffic.variant import Variant

_MODEL = "/v1/models/{model}"
_VERSION = f"{_MODEL}/versions/{{version}}"
_LABEL = f"{_MODEL}/labels/{{label}}"


def catalogue_routes(models: Models) -> APIRouter:
    """The routes; `model` is looked up in the routing document, not in a type."""
    router = APIRouter(tags=["models"])

    @router.get("/", responses=PROBLEMS, summary="Is anybody there?")
    async def root() -> Alive:
        return Alive()

    @router.get("/v1/models", responses=PROBLEMS, summary="All models")
    async def list_models() -> ModelList:
        return ModelList(models=[_listed(model) for model in models])

    @router.get(f"{_MODEL}/contract", responses=PROBLEMS, summary="Its contract, byte for byte")
    async def contract(model: str) -> Response:
        known = _known(_asked(models, model))
        headers = {wire.CONTRACT_HEADER: known.digest, "ETag": f'"{known.digest}"'}
        return Response(known.contract.to_json(), headers=headers, media_type="application/json")

    _add_status(router, models)
    _add_metadata(router, models)
    return router


def _add_status(router: APIRouter, models: Models) -> None:
    @router.get(_MODEL, responses=PROBLEMS, summary="State of one model")
    async def status(model: str) -> ModelStatus:
        return _status(model, models[model].variants)

    @router.get(_VERSION, responses=PROBLEMS, summary="State of one version")
    async def version_status(model: str, version: str) -> ModelStatus:
        return _status(model, [_asked(models, model, version=version)])

    @router.get(_LABEL, responses=PROBLEMS, summary="State of the version with that label")
    async def label_status(model: str, label: str) -> ModelStatus:
        return _status(model, [_asked(models, model, label=label)])


def _add_metadata(router: APIRouter, models: Models) -> None:
    @router.get(f"{_MODEL}/metadata", responses=PROBLEMS, summary="What it is")
    async def metadata(model: str) -> Metadata:
        return _metadata(model, _known(_asked(models, model)))

    @router.get(f"{_VERSION}/metadata", responses=PROBLEMS, summary="What that version is")
    async def version_metadata(model: str, version: str) -> Metadata:
        return _metadata(model, _known(_asked(models, model, version=version)))

    @router.get(f"{_LABEL}/metadata", responses=PROBLEMS, summary="What has that label")
    async def label_metadata(model: str, label: str) -> Metadata:
        return _metadata(model, _known(_asked(models, model, label=label)))


def _asked(
    models: Models, model: str, *, version: str | None = None, label: str | None = None
) -> Variant:
    """What a path names; the champion, where it names none."""
    return models[model].named(version, label)


def _known(variant: Variant) -> Served:
    """What was last learned of it, even if its service is away now."""
    if variant.known is None:
        raise UpstreamNotReady(variant.model, variant.reason)
    return variant.known


def _state(variant: Variant) -> State:
    return "AVAILABLE" if variant.ready else "LOADING"


def _listed(model: Model) -> ListedModel:
    champion = model.champion
    return ListedModel(name=model.name, version=champion.target.version, state=_state(champion))


def _status(model: str, variants: Sequence[Variant]) -> ModelStatus:
    """The first of the variants is the one that `ready` speaks of."""
    return ModelStatus(
        name=model,
        ready=variants[0].ready,
        model_version_status=[_version_status(variant) for variant in variants],
    )


def _version_status(variant: Variant) -> VersionStatus:
    return VersionStatus(
        version=str(variant.target.version),
        state=_state(variant),
        status=StatusDetail(
            error_code="OK" if variant.ready else "UNAVAILABLE", error_message=variant.reason
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
        signature_def=signatures_of(contract),
    )
    spec = ModelSpec(name=name, version=str(served.target.version), signature_name="")
    return Metadata(model_spec=spec, metadata=details)
