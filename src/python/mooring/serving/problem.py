"""The one place where an error becomes a status: RFC 9457 problem documents.

They hold what the error says of itself, and errors hold no values of a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from mooring.contract.errors import InvalidRows, InvalidWire, MooringError
from mooring.serving.errors import (
    BodyTooLarge,
    ContractDiffers,
    DeadlinePassed,
    InvalidPrediction,
    NotReady,
    TokenRefused,
    UnsupportedBody,
)

CONTENT_TYPE = "application/problem+json"

_STATUS: Mapping[type[MooringError], HTTPStatus] = {
    InvalidWire: HTTPStatus.BAD_REQUEST,
    TokenRefused: HTTPStatus.UNAUTHORIZED,
    InvalidRows: HTTPStatus.UNPROCESSABLE_ENTITY,
    ContractDiffers: HTTPStatus.CONFLICT,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedBody: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotReady: HTTPStatus.SERVICE_UNAVAILABLE,
    DeadlinePassed: HTTPStatus.GATEWAY_TIMEOUT,
    InvalidPrediction: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(error: MooringError) -> HTTPStatus:
    """The status that tells a client whose fault it is."""
    if isinstance(error, InvalidRows) and error.malformed:
        return HTTPStatus.BAD_REQUEST
    return _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)


def problem(error: MooringError, headers: Mapping[str, str]) -> JSONResponse:
    """The response to a request that failed with `error`."""
    status = status_of(error)
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": str(error),
    }
    if isinstance(error, InvalidRows):
        document["errors"] = [
            {"path": v.path, "kind": v.kind, "message": v.message} for v in error.violations
        ]
    return JSONResponse(document, status, dict(headers), CONTENT_TYPE)
