"""Whether what answers at the public address is the release: ready, the promised bundle, and its
golden samples predicted within its tolerance.
"""

from __future__ import annotations

import http.client
import json
import math
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mooring.delivery.rollout.errors import VerificationFailed

# A balancer drops the pods that are leaving within seconds; a minute is patience with it.
VERIFY_SECONDS = 60.0

# Enough to touch every branch of the answer; a request of ten rows fits every contract's limit.
SAMPLES_SENT = 10

_POLL_SECONDS = 0.5
_ANSWER_SECONDS = 10.0


@dataclass(frozen=True)
class Promise:
    """What a release says of a model: its bundle, golden rows, their predictions, how near."""

    model: str
    bundle: str
    instances: Sequence[Mapping[str, Any]]
    predictions: Sequence[float]
    tolerance: float


@dataclass(frozen=True)
class Verified:
    """A promise that was kept, and by how much the worst prediction differed."""

    model: str
    bundle: str
    samples: int
    largest_difference: float


def verify(
    url: str, promises: Sequence[Promise], seconds: float = VERIFY_SECONDS, key: str = ""
) -> tuple[Verified, ...]:
    """Wait until it is ready and serves the promised bundles, then compare the predictions.

    `key` is shown to a gateway that asks for one. A prediction that differs is not asked for again.
    Raises VerificationFailed.
    """
    if not url.startswith(("http://", "https://")):
        raise VerificationFailed(
            "it is no HTTP address", place=url, cure="Write it as https://<host>."
        )
    deadline = time.monotonic() + seconds
    _wait_until_ready(url.rstrip("/"), deadline)
    return tuple(_verified(url.rstrip("/"), promise, deadline, key) for promise in promises)


def _wait_until_ready(url: str, deadline: float) -> None:
    while (status := _ask(f"{url}/readyz")[0]) != 200:
        if time.monotonic() > deadline:
            raise _failed(f"{url}/readyz", f"it is not ready: {status or 'nobody answers'}")
        time.sleep(_POLL_SECONDS)


def _verified(url: str, promise: Promise, deadline: float, key: str) -> Verified:
    place = f"{url}/v1/models/{promise.model}:predict"
    answer = _answer_of(place, promise, deadline, key)
    predictions = answer.get("predictions")
    count = len(promise.predictions)
    if not isinstance(predictions, list) or len(predictions) != count:
        raise _failed(place, f"the answer has not one prediction for each of {count} rows")
    pairs = zip(predictions, promise.predictions, strict=True)
    differences = [abs(float(got) - promised) for got, promised in pairs]
    largest = max(differences, key=lambda each: math.inf if math.isnan(each) else each)
    if not largest <= promise.tolerance:
        raise _failed(
            place,
            f"a golden sample is predicted wrong: it differs by {largest:g}, "
            f"where {promise.tolerance:g} is allowed",
        )
    return Verified(promise.model, promise.bundle, count, largest)


def _answer_of(place: str, promise: Promise, deadline: float, key: str) -> dict[str, Any]:
    """The answer of the promised bundle; a pod that is leaving may still answer with its own."""
    body = json.dumps({"instances": list(promise.instances)}).encode()
    while True:
        status, answer = _ask(place, body, key)
        served = answer.get("model", {}).get("digest", "")
        if status == 200 and served == promise.bundle:
            return answer
        if time.monotonic() > deadline:
            found = f"bundle {served[:16] or '?'}" if status == 200 else str(status or "no answer")
            raise _failed(place, f"it answers with {found}, not with bundle {promise.bundle[:16]}")
        time.sleep(_POLL_SECONDS)


def _ask(url: str, body: bytes | None = None, key: str = "") -> tuple[int | None, dict[str, Any]]:
    """Status and JSON of an answer; no status where nobody answers, nothing for what is no JSON."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310, see verify
    if key:
        # Not to where somebody redirects to.
        request.add_unredirected_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310
            document = json.load(answer)
            return answer.status, document if isinstance(document, dict) else {}
    except urllib.error.HTTPError as error:
        return error.code, {}
    except ValueError:
        return 200, {}
    except (OSError, http.client.HTTPException):
        return None, {}


def _failed(place: str, problem: str) -> VerificationFailed:
    return VerificationFailed(problem, place=place, cure="The rollout has to be taken back.")
