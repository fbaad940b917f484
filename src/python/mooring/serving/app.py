"""The routes that BentoML does not have: columns for the gateway, the contract, our metrics.

Inference runs inline in the event loop: one row takes 15–75 µs, less than handing it to a thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mooring.contract.errors import MooringError
from mooring.contract.wire import CONTENT_TYPE, CONTRACT_HEADER, encode_predictions
from mooring.serving.deadline import check_deadline
from mooring.serving.errors import ContractDiffers, DeadlinePassed
from mooring.serving.guard import COLUMNS
from mooring.serving.metrics import CONTENT_TYPE as METRICS_TYPE
from mooring.serving.problem import problem
from mooring.serving.replica import Replica, Served


def create_app(replica: Replica, clock: Callable[[], float] = time.monotonic) -> Starlette:
    """The app to mount into the service of `replica`; put a `Guard` of the same clock before it."""

    async def columns(request: Request) -> Response:
        served = replica.served
        _check_contract(served, request.headers.get(CONTRACT_HEADER, ""))
        _check_deadline(replica, request, clock())
        answer = encode_predictions(replica.answer(await request.body()))
        return Response(answer, headers=dict(served.headers), media_type=CONTENT_TYPE)

    async def contract(request: Request) -> Response:
        served = replica.served
        return Response(
            served.contract_json, headers=dict(served.headers), media_type="application/json"
        )

    # In a thread: hundreds of series take tens of milliseconds, in which requests would wait.
    def exposition(request: Request) -> Response:
        return Response(replica.exposition(), media_type=METRICS_TYPE)

    async def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, MooringError)  # noqa: S101, by the registration below
        return problem(error, replica.headers)

    return Starlette(
        routes=[
            Route(COLUMNS, columns, methods=["POST"]),
            Route("/contract.json", contract, methods=["GET"]),
            Route("/metrics", exposition, methods=["GET"]),
        ],
        exception_handlers={MooringError: failed},
    )


def _check_deadline(replica: Replica, request: Request, now: float) -> None:
    try:
        check_deadline(request.scope, request.headers, now)
    except DeadlinePassed:
        replica.metrics.expired()
        raise


def _check_contract(served: Served, digest: str) -> None:
    if digest != served.digest:
        raise ContractDiffers(
            "the columns were not laid out by this bundle's contract",
            place=CONTRACT_HEADER,
            cure="Fetch /contract.json again and encode by it.",
        )
