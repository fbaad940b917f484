"""What every protocol reads of a request in the same way."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from mooring.gateway.auth.caller import caller_of
from mooring.gateway.call import Call, Protocol
from mooring.gateway.errors import ClientGone, WrongMediaType, WrongMethod
from mooring.gateway.hop.deadline import PATIENCE_HEADER, patience_of
from mooring.gateway.protocols.event_time import event_time_of


def call_of(request: Request, protocol: Protocol) -> Call:
    """The call that path and headers describe. Raises RequestError."""
    parameters = request.path_params
    return Call(
        model=parameters["model"],
        version=parameters.get("version"),
        label=parameters.get("label"),
        key=request.headers.get("mooring-key"),
        patience=patience_of(request.headers.get(PATIENCE_HEADER)),
        caller=caller_of(request.scope).id,
        protocol=protocol,
        event_time=event_time_of(request),
    )


async def body_of(request: Request) -> bytes:
    """The whole body. Raises ClientGone when it never comes."""
    try:
        return await request.body()
    except ClientDisconnect:
        raise ClientGone from None


def check_method(request: Request, *allowed: str) -> None:
    """Raises WrongMethod."""
    if request.method not in allowed:
        raise WrongMethod(allowed)


def check_media_type(request: Request) -> None:
    """Raises WrongMediaType unless the body is declared as plain JSON."""
    check_encoding(request, "application/json")


def check_encoding(request: Request, *accepted: str) -> None:
    """Raises WrongMediaType unless the body is plain and declared as one of the media types.

    The empty one stands for a body that is not declared at all.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").lower()
    if media_type not in accepted or encoding != "identity":
        raise WrongMediaType(*filter(None, accepted))
