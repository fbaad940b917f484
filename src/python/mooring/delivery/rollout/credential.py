"""The identity of a GitHub job, as kubectl asks for it: no secret is kept anywhere.

A job with `id-token: write` may ask GitHub for a token that says which repository, branch and
environment it runs for; a cluster that trusts GitHub as an issuer gives rights to that subject.
https://docs.github.com/en/actions/concepts/security/openid-connect
https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
"""

from __future__ import annotations

import base64
import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mooring.delivery.rollout.errors import CredentialRefused

URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105, the name of a variable

_SECONDS = 30.0


def credential(audience: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """The document that kubectl wants on stdout: a token for `audience`, and when it ends.

    Raises CredentialRefused, with no part of any token in it.
    """
    token = _token(audience, environ)
    expires = datetime.fromtimestamp(_claims(token)["exp"], UTC)
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": token, "expirationTimestamp": f"{expires:%Y-%m-%dT%H:%M:%SZ}"},
    }


def _token(audience: str, environ: Mapping[str, str]) -> str:
    url, bearer = environ.get(URL, ""), environ.get(TOKEN, "")
    if not url.startswith(("http://", "https://")) or not bearer:
        raise _refused("this is no job that may ask for an identity token")
    query = urllib.parse.urlencode({"audience": audience})
    request = urllib.request.Request(  # noqa: S310, its scheme is checked above
        f"{url}{'&' if '?' in url else '?'}{query}", headers={"Authorization": f"Bearer {bearer}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return str(json.load(answer)["value"])
    except OSError as error:
        status = getattr(error, "code", "no answer")
        raise _refused(f"GitHub gives none: {status}") from None
    except (ValueError, KeyError, TypeError):
        raise _refused("the answer holds no token") from None


def _claims(token: str) -> dict[str, Any]:
    """What a token says; the cluster is who checks its signature."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return {"exp": int(claims["exp"])}
    except (ValueError, KeyError, IndexError, TypeError):
        raise _refused("the answer is no identity token") from None


def _refused(problem: str) -> CredentialRefused:
    return CredentialRefused(problem, place=URL, cure="The job needs `id-token: write`.")
