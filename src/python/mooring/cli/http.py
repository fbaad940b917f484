"""HTTP as the command line needs it: one request, JSON in and out, to this machine or a gateway."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

from mooring.cli.errors import GatewaySaidNo

# Shown to a gateway that asks for one; on the command line it would be in the shell's history.
KEY_VARIABLE = "MOORING_API_KEY"

TIMEOUT_SECONDS = 30.0
PROBE_SECONDS = 2.0


def status_of(url: str) -> int | None:
    """The status that `url` answers with, or None where nobody answers in HTTP."""
    try:
        with _open(urllib.request.Request(url), PROBE_SECONDS) as answer:  # noqa: S310, see _open
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, HTTPException):
        return None


def post_json(url: str, document: Any, environ: Mapping[str, str] = os.environ) -> Any:
    """Post JSON and return the JSON answer, with the key of the environment if there is one.

    Raises GatewaySaidNo with the problem's own words.
    """
    if not url.startswith(("http://", "https://")):
        raise GatewaySaidNo(
            "it is no HTTP address", place=url, cure="Write it as http://host:port."
        )
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(document).encode(), headers)  # noqa: S310
    if key := environ.get(KEY_VARIABLE):
        # Not to where somebody redirects to.
        request.add_unredirected_header("Authorization", f"Bearer {key}")
    try:
        with _open(request, TIMEOUT_SECONDS) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise _refused(url, error) from None
    except OSError:
        raise GatewaySaidNo(
            "nobody answers", place=url, cure="Start it with `mooring serve <model>`."
        ) from None


def _open(request: urllib.request.Request, seconds: float) -> HTTPResponse:
    """Send a request whose address has been checked: urllib would also open files."""
    return cast(HTTPResponse, urllib.request.urlopen(request, timeout=seconds))  # noqa: S310


def _refused(url: str, error: urllib.error.HTTPError) -> GatewaySaidNo:
    try:
        problem = json.load(error)
    except ValueError:
        problem = {}
    broken = [f"{e['path']}: {e['message']}" for e in problem.get("errors") or []]
    cure = "\n".join([str(problem.get("detail", "")), *broken]).strip()
    return GatewaySaidNo(f"{error.code} {problem.get('title', error.reason)}", place=url, cure=cure)
