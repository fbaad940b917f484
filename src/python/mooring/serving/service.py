"""`model_service`: one bundle behind BentoML, in one line of a model's folder.

`bentoml serve` imports this twice: a supervisor holds the port, its workers hold the model.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import bentoml
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mooring.contract.errors import MooringError
from mooring.serving.app import create_app
from mooring.serving.drain import Drain, LettingGo
from mooring.serving.errors import NotReady
from mooring.serving.guard import Guard
from mooring.serving.hop_token import HopTokens, RequireToken
from mooring.serving.native import PredictResponse, answer, request_type
from mooring.serving.orphan import announce_supervisor, end_with_supervisor
from mooring.serving.privacy import stop_usage_reports
from mooring.serving.replica import Replica, boot_or_refuse
from mooring.serving.settings import Settings, read_settings
from mooring.serving.threads import available_threads, pool_sizes
from mooring.serving.workers import declared_workers, join_workers, make_folder

# BentoML keeps a timer and the request's memory for this long after *every* request, so it is
# short. The work itself takes milliseconds and the sender is the gateway: the contract's deadline
# is the gateway's to keep.
TIMEOUT_SECONDS = 5

# What a request costs in BentoML alone goes from 1.1 to 0.2 ms of CPU with these (1.4.39).
LEAN: dict[str, Any] = {
    "traffic": {"timeout": TIMEOUT_SECONDS},
    "logging": {"access": {"enabled": False}},
    "metrics": {"enabled": False},
    "tracing": {"excluded_urls": ".*"},
}


def model_service(name: str) -> bentoml.Service[Any]:
    """The BentoML service of the model called `name`; nothing is read before it starts."""
    replica, drain, tokens = Replica(name), Drain(), HopTokens()

    class ModelService:
        def __init__(self) -> None:
            settings = _settings(service)
            drain.hold_back(settings.drain)
            tokens.accept(settings.tokens)
            _boot(replica, settings)

        @bentoml.on_deployment  # type: ignore[untyped-decorator]  # BentoML types its facade only
        @staticmethod
        def prepare() -> None:
            _prepare(service)

        @bentoml.api(  # type: ignore[untyped-decorator]
            input_spec=request_type(replica), output_spec=PredictResponse
        )
        async def predict(self, instances: Any) -> Response:
            return answer(replica, instances)

        async def __is_ready__(self) -> bool:
            return _ready(replica, drain)

    # BentoML asks for the number before `prepare`, where it is refused if it is none.
    workers = declared_workers(os.environ)
    service: bentoml.Service[Any] = bentoml.service(name=name, workers=workers, **LEAN)(
        ModelService
    )
    service.mount_asgi_app(create_app(replica), path="/")
    # The first is the outermost.
    service.add_asgi_middleware(RequireToken, tokens=tokens)
    service.add_asgi_middleware(Guard, replica=replica)
    service.add_asgi_middleware(LettingGo, drain=drain)
    return service


def _prepare(service: bentoml.Service[Any]) -> None:
    """In the supervisor, before its workers: a service that has nothing to serve ends here."""
    stop_usage_reports()
    announce_supervisor()
    try:
        settings = _settings(service)
    except MooringError as error:
        # The one type that BentoML's command shows as a line instead of a traceback.
        raise bentoml.exceptions.BentoMLException(str(error)) from error
    for variable, size in pool_sizes(_threads(settings)).items():
        os.environ.setdefault(variable, size)
    # A worker that has to be started again serves what the first one did, whatever has been
    # released meanwhile.
    os.environ.update(settings.environ)
    make_folder(settings.workers)


def _boot(replica: Replica, settings: Settings) -> None:
    end_with_supervisor()
    replica.metrics.share(join_workers(bentoml.server_context.worker_index))
    boot_or_refuse(replica, settings, _threads(settings))
    # What lives now lives until the end: collections need not look at it (p99 160 → 7 ms).
    gc.collect()
    gc.freeze()


def _threads(settings: Settings) -> int:
    """What is granted, shared by the workers."""
    return max(1, available_threads() // settings.workers)


def _settings(service: bentoml.Service[Any]) -> Settings:
    """Where the sources lie is BentoML's to say: the supervisor's working directory is the user's,
    the worker's is the Bento, and both have loaded the service out of `src`.
    """
    bento = Path(service.bento.path_of("src")) if service.bento else None
    return read_settings(service.name, os.environ, Path.cwd(), bento)


def _ready(replica: Replica, drain: Drain) -> bool:
    if drain.begun:
        raise HTTPException(503, f"{replica.model} is draining")
    try:
        replica.served  # noqa: B018, asks whether there is one
    except NotReady as error:
        raise HTTPException(503, str(error)) from None
    return True
