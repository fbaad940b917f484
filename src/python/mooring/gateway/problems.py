"""Errors as callers see them: problem+json (RFC 9457), and the one table from error to status.

A problem names what is wrong, where, and the cure. It never repeats a value that was sent, and it
never shows a stack trace.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from math import ceil
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mooring.contract.errors import InvalidRows, MooringError, Violation
from mooring.gateway import errors
from mooring.gateway.account import note
from mooring.gateway.auth import errors as denied
from mooring.gateway.capture import errors as feedback
from mooring.gateway.edge import errors as edge

_log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

# A closed category lists all it accepts, maybe hundreds. No answer to a bad request is longer than
# 2 KiB, whatever was sent: what costs the caller little must not cost us much.
_LONGEST_TEXT = 200  # bytes
_LONGEST_LIST = 1_100  # bytes


@dataclass(frozen=True)
class Kind:
    """How one kind of error is answered; its `name` is the last part of the problem's type."""

    name: str
    status: int
    title: str
    retry_after: int | None = None  # seconds


MALFORMED = Kind("malformed-json", 400, "The body is not JSON")
INVALID_ROWS = Kind("invalid-rows", 422, "The rows break the model's contract")
UNAUTHENTICATED = Kind("unauthenticated", 401, "Say who you are")
FORBIDDEN = Kind("forbidden", 403, "Not allowed")
INTERNAL = Kind("internal", 500, "The gateway failed")

KINDS: Mapping[type[MooringError], Kind] = {
    errors.ClientGone: Kind("client-gone", 400, "The request is not complete"),
    denied.MissingCredential: UNAUTHENTICATED,
    denied.AmbiguousCredential: UNAUTHENTICATED,
    denied.UnknownCredential: UNAUTHENTICATED,
    denied.KeyOutdated: UNAUTHENTICATED,
    denied.Forbidden: FORBIDDEN,
    denied.ForbiddenModel: FORBIDDEN,
    errors.MalformedBody: Kind("malformed-body", 400, "The body is malformed"),
    errors.UnknownModel: Kind("unknown-model", 404, "Unknown model"),
    errors.UnknownVersion: Kind("unknown-version", 404, "Unknown version"),
    errors.WrongMethod: Kind("method-not-allowed", 405, "Method not allowed"),
    errors.BadPatience: Kind("bad-deadline", 400, "The deadline is unreadable"),
    errors.BadEventTime: Kind("bad-event-time", 400, "The event time is unreadable"),
    errors.EventTimeRefused: FORBIDDEN,
    errors.BodyTooLarge: Kind("body-too-large", 413, "The body is too large"),
    edge.MalformedHttp: Kind("malformed-http", 400, "Not an acceptable HTTP request"),
    edge.TooSlow: Kind("too-slow", 408, "The request took too long"),
    edge.TargetTooLong: Kind("target-too-long", 414, "The path is too long"),
    edge.UnknownExpectation: Kind("unknown-expectation", 417, "Unknown expectation"),
    edge.HeadTooLarge: Kind("head-too-large", 431, "The headers are too large"),
    edge.TooManyConnections: Kind("too-many-connections", 503, "Too many connections", 1),
    errors.WrongMediaType: Kind("wrong-media-type", 415, "Unsupported media type"),
    InvalidRows: INVALID_ROWS,
    errors.Overloaded: Kind("overloaded", 503, "The model is overloaded", 1),
    errors.DeadlineExceeded: Kind("deadline-exceeded", 504, "The deadline has passed"),
    denied.TooManyRequests: Kind("too-many-requests", 429, "Too many requests"),
    denied.TooManyFailures: Kind("too-many-failures", 429, "Too many wrong credentials"),
    feedback.InvalidLabels: Kind("invalid-labels", 422, "The labels cannot be used"),
    feedback.UnknownPredictions: Kind("unknown-predictions", 403, "Unknown predictions"),
    feedback.NotYours: Kind("not-yours", 403, "Somebody else's predictions"),
    feedback.TooManyLabels: Kind("too-many-labels", 429, "Too many labels", 60),
    feedback.LabelsDropped: Kind("labels-dropped", 503, "The labels were not kept", 5),
    feedback.LogOff: Kind("no-log", 404, "No log is kept"),
    errors.UpstreamDisconnected: Kind("upstream", 502, "The model service hung up", 1),
    errors.UpstreamRefused: Kind("upstream", 502, "The model service failed", 1),
    errors.UpstreamInvalid: Kind("upstream", 502, "The model service's answer is unusable"),
    errors.UpstreamNotReady: Kind("upstream", 503, "The model is not ready", 1),
    errors.UpstreamUnreachable: Kind("upstream", 503, "The model service is unreachable", 1),
    errors.CircuitOpen: Kind("upstream", 503, "The model service is left alone", 1),
    errors.UpstreamBusy: Kind("upstream", 503, "The model service is busy", 1),
    errors.UpstreamChanged: Kind("upstream", 503, "The model is being replaced", 1),
    denied.IssuerUnavailable: Kind("issuer", 503, "The issuer is not reached", 1),
    errors.UpstreamTimeout: Kind("upstream", 504, "The model service took too long"),
}


def kind_of(error: MooringError) -> Kind:
    """How an error is answered; one that the table does not know is our fault."""
    if isinstance(error, InvalidRows | feedback.InvalidLabels) and error.malformed:
        return MALFORMED
    return KINDS.get(type(error), INTERNAL)


def problem(
    kind: Kind, detail: str, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """Build the response."""
    note(problem=kind.name, reason=members.get("reason"))
    document = {
        "type": f"urn:mooring:problem:{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        # Where clients of TensorFlow Serving, KServe and Triton look, and nowhere else.
        "error": f"{kind.title}: {detail}",
        **members,
    }
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if kind.retry_after is not None:
        sent["Retry-After"] = str(kind.retry_after)
    return Response(orjson.dumps(document), kind.status, sent, media_type=CONTENT_TYPE)


def problem_of(error: MooringError) -> Response:
    """Answer a domain error."""
    kind = kind_of(error)
    if kind is INTERNAL:
        return failure(error)
    if isinstance(error, InvalidRows):
        detail = f"{error.total} violation(s). GET the model's /contract for what it accepts."
        violations = _violations(error.violations)
        first = "{path}: {message}".format_map(violations[0])
        return problem(kind, detail, error=f"{kind.title}: {first}", errors=violations)
    if isinstance(error, feedback.Faulty):
        return problem(kind, str(error), errors=_violations(error.violations))
    if isinstance(error, errors.WrongMethod):
        return problem(kind, str(error), {"Allow": ", ".join(error.allowed)})
    if isinstance(error, errors.Overloaded):
        return problem(kind, str(error), {"X-Shed-Reason": error.reason}, reason=error.reason)
    if isinstance(error, errors.CircuitOpen):
        kind = replace(kind, retry_after=max(1, ceil(error.seconds)))
    if isinstance(error, errors.BodyTooLarge):
        # The rest of the body is not worth receiving.
        return problem(kind, str(error), {"Connection": "close"})
    if isinstance(error, denied.Denied):
        return problem(kind, str(error), error.headers)
    if isinstance(error, errors.UpstreamError):
        return problem(kind, str(error), reason=error.reason)
    return problem(kind, str(error))


def failure(error: Exception) -> Response:
    """Answer a fault of ours: the log gets where it happened, the caller only that it did."""
    _log.error("request failed", exc_info=error)
    return problem(INTERNAL, "It was logged under the request's id; try again, then report it.")


def answer(error: Exception) -> Response:
    """Answer any error."""
    if isinstance(error, MooringError):
        return problem_of(error)
    if isinstance(error, HTTPException):
        return _routing(error)
    if isinstance(error, RequestValidationError):
        return _parameters(error)
    return failure(error)


def install(app: FastAPI) -> None:
    """Let the app answer every error with a problem."""

    async def handle(request: Request, error: Exception) -> Response:
        return answer(error)

    for kind in (MooringError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, handle)


def _routing(error: HTTPException) -> Response:
    """What routing itself refuses: no such path, or not with this method."""
    phrase = HTTPStatus(error.status_code).phrase
    kind = Kind(phrase.lower().replace(" ", "-"), error.status_code, phrase)
    return problem(kind, "See /docs for the paths that exist.", _with_head(error.headers))


def _with_head(headers: Mapping[str, str] | None) -> Mapping[str, str]:
    """Routes name GET alone where HEAD is answered too."""
    allowed = {*(headers or {}).get("Allow", "").split(", ")} - {""}
    if "GET" not in allowed:
        return headers or {}
    return {**(headers or {}), "Allow": ", ".join(sorted({*allowed, "HEAD"}))}


def _parameters(error: RequestValidationError) -> Response:
    """A path or query parameter; FastAPI's own answer would repeat its value."""
    found = [
        Violation(".".join(map(str, fault["loc"])), fault["type"], fault["msg"])
        for fault in error.errors()
    ]
    kind = Kind("invalid-parameters", 422, "A parameter is not acceptable")
    return problem(kind, f"{len(found)} violation(s).", errors=_violations(found))


def _violations(violations: Sequence[Violation]) -> list[dict[str, str]]:
    """The first, and of those behind it as many as fit."""
    shown: list[dict[str, str]] = []
    for v in violations[: InvalidRows.SHOWN]:
        entry = {"path": _bounded(v.path), "kind": v.kind, "message": _bounded(v.message)}
        if shown and len(orjson.dumps([*shown, entry])) > _LONGEST_LIST:
            break
        shown.append(entry)
    return shown


def _bounded(text: str) -> str:
    shown = text[:_LONGEST_TEXT]
    while len(orjson.dumps(shown)) > _LONGEST_TEXT + len('""'):
        shown = shown[: len(shown) * 3 // 4]
    return text if shown == text else f"{shown}…"
