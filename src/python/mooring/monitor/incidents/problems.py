"""Errors as callers see them: problem+json (RFC 9457), and the one table from error to status."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from mooring.monitor.incidents import errors

_log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

# 503 makes Alertmanager send the same again at once, 4xx with its next interval.
_STATUS: Mapping[type[errors.IncidentError], int] = {
    errors.Malformed: 400,
    errors.BodyTooLarge: 413,
    errors.Unauthenticated: 401,
    errors.SecretMissing: 503,
    errors.UnknownIncident: 404,
    errors.UnknownModel: 404,
    errors.NotWaiting: 409,
    errors.JournalFailed: 503,
}


class ProblemRoute(APIRoute):
    """A route whose errors of this package become problems."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its errors caught."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except errors.IncidentError as error:
                return problem(error)

        return answered


def problem(error: errors.IncidentError) -> Response:
    """What a caller reads of an error."""
    status = _STATUS.get(type(error), 500)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s", error)
    told = {
        "type": f"https://docs.mooring.example/problems/{_name(error)}",
        "title": error.problem,
        "status": status,
        "detail": str(error),
    }
    head = {"www-authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return Response(json.dumps(told), status, head, CONTENT_TYPE)


def _name(error: errors.IncidentError) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in type(error).__name__).strip("-")
