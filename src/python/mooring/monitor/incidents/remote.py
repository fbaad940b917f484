"""What the remote adapters share: one question over HTTP, and what its failure means for a job."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from mooring.monitor.incidents.errors import JobRefused, JobUnreachable, JobUnsure

Document = TypeVar("Document", bound=BaseModel)

_SECONDS = 20.0
_SERVER_ERROR = 500
_REFUSED_FIRST = 300

# Nothing of the question left this machine.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Remote:
    """An API below `url`, asked with the bearer token in a file, which is read anew each time.

    `ca` is the certificate that it is known by; None stands for the system's.
    """

    url: str
    token: Path
    ca: Path | None = None
    headers: Mapping[str, str] | None = None

    def ask(self, method: str, path: str, body: object = None, **params: str) -> httpx.Response:
        """One question and its answer, whatever that is.

        Raises JobRefused without a token, JobUnreachable where nothing was sent, JobUnsure where no
        answer came.
        """
        headers = {"Authorization": f"Bearer {self._token()}", **(self.headers or {})}
        context = _context(self.ca, _changed_at(self.ca))
        try:
            # Redirects are not followed: whoever redirects a call with the secret is not the API.
            with httpx.Client(
                verify=context, timeout=_SECONDS, trust_env=self._is_public
            ) as client:
                return client.request(
                    method, self.url + path, json=body, params=params, headers=headers
                )
        except _UNSENT as error:
            raise JobUnreachable(
                f"it was not reached: {type(error).__name__}",
                place=self.url,
                cure="See the network.",
            ) from None
        except httpx.HTTPError as error:
            raise JobUnsure(
                f"it did not answer: {type(error).__name__}",
                place=self.url,
                cure="See what it did.",
            ) from None

    def get(self, path: str, **params: str) -> httpx.Response:
        """Any answer to a question that changes nothing. Raises JobUnreachable without one."""
        try:
            return self.ask("GET", path, **params)
        except JobUnsure as error:
            raise JobUnreachable(error.problem, place=error.place, cure=error.cure) from None

    def read(self, kind: type[Document], path: str, **params: str) -> Document:
        """A document. Raises JobUnreachable for any answer but a good one."""
        return self.document(kind, self.get(path, **params))

    def document(self, kind: type[Document], answer: httpx.Response) -> Document:
        """What an answer holds. Raises JobUnreachable."""
        if not answer.is_success:
            raise JobUnreachable(
                f"it answers {answer.status_code}", place=self.url, cure="See the token's rights."
            )
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError:
            raise JobUnreachable(
                "its answer is not understood", place=self.url, cure="Is the address the API's?"
            ) from None

    def check(self, answer: httpx.Response, cure: str) -> None:
        """Raises JobUnsure for an error of the server, JobRefused for any other answer than yes."""
        status = answer.status_code
        if status >= _SERVER_ERROR:
            raise JobUnsure(f"it answers {status}", place=self.url, cure="See what it did.")
        if status >= _REFUSED_FIRST:
            raise JobRefused(f"it answers {status}", place=self.url, cure=cure)

    @property
    def _is_public(self) -> bool:
        """Whether the environment's proxies lead there: not to a cluster's own API."""
        return self.ca is None and self.url.startswith("https://")

    def _token(self) -> str:
        try:
            token = self.token.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            token = ""
        if not token.isprintable() or not token:
            raise JobUnreachable(
                "there is no token", place=str(self.token), cure="Write one line with the token."
            )
        return token


# Certificates of a cluster change, and a context takes a tenth of a second.
@lru_cache(maxsize=4)
def _context(ca: Path | None, _: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


def _changed_at(ca: Path | None) -> int:
    try:
        return 0 if ca is None else ca.stat().st_mtime_ns
    except OSError:
        raise JobUnreachable(
            "the API's certificate is not there", place=str(ca), cure="Mount the service account."
        ) from None
