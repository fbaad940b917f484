"""Who may ask this service: whoever has the token of the hop, where there is one.

Network policy is then not the only wall around it. Everything but probes and metrics needs the
token, also what BentoML adds of its own: its pages tell the contract too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from mooring.serving.errors import InvalidSettings, TokenRefused
from mooring.serving.problem import problem

VARIABLE = "MOORING_HOP_TOKEN"
FILE_VARIABLE = f"{VARIABLE}_FILE"

# Kubelets and Prometheus ask these; none of them tells of the contract or takes rows.
_OPEN = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})

# What can be sent as a bearer token (RFC 6750), and is too long to be guessed.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{32,200}=*", re.ASCII)

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="mooring model service"'}


class HopTokens:
    """The tokens that are accepted; two while one replaces the other, none where all may ask."""

    def __init__(self) -> None:
        # Until the settings are read, nobody may ask.
        self._accepted: tuple[bytes, ...] | None = None

    def accept(self, tokens: tuple[str, ...]) -> None:
        """Accept each of these from now on; none opens the service to all."""
        self._accepted = tuple(token.encode() for token in tokens)

    def check(self, headers: Headers) -> None:
        """Raises TokenRefused; takes as long for one that is nearly right as for any other."""
        if self._accepted == ():
            return
        sent = headers.getlist("authorization")
        scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
        same = [compare_digest(token.encode("latin-1"), one) for one in self._accepted or ()]
        if not any(same) or scheme.lower() != "bearer":
            raise TokenRefused(
                "the token of the hop is missing or another one",
                place="Authorization",
                cure=f"Give the gateway the {VARIABLE} that this service has.",
            )


class RequireToken:
    """ASGI middleware: answers 401 itself, before a body is read."""

    def __init__(self, app: ASGIApp, tokens: HopTokens) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in _OPEN:
            try:
                self._tokens.check(Headers(scope=scope))
            except TokenRefused as error:
                await problem(error, _CHALLENGE)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def read_tokens(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The tokens of the variable, else of the file that the other variable names, else none.

    Raises InvalidSettings.

    >>> read_tokens({"MOORING_HOP_TOKEN": "a" * 32 + " " + "b" * 32})[1][:3]
    'bbb'
    """
    named = environ.get(FILE_VARIABLE)
    place = VARIABLE if environ.get(VARIABLE) or not named else FILE_VARIABLE
    tokens = tuple((environ.get(VARIABLE) or (_content(named) if named else "")).split())
    if named and not tokens:
        raise _invalid(place, "the file holds no token")
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        raise _invalid(place, "it is not 32 to 200 letters, digits and -._~+/, once or more")
    return tokens


def _content(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not ASCII"
        raise _invalid(FILE_VARIABLE, reason or type(error).__name__) from None


def _invalid(place: str, problem: str) -> InvalidSettings:
    return InvalidSettings(problem, place=place, cure="Write `openssl rand -hex 32` into it.")
