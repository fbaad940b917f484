"""The golden samples as requests over both routes, and what makes an answer right."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

import aiohttp
import numpy as np
from numpy.typing import NDArray

from mooring.blessing.observed import Route
from mooring.bundle.open import Bundle
from mooring.bundle.samples import Sample, samples_of
from mooring.contract import wire
from mooring.contract.errors import InvalidWire
from mooring.contract.request import RequestSchema

Outcome = Literal["answered", "unheard", "broken"]


@dataclass(frozen=True)
class Question:
    """One request, the predictions that must come back, from which bundle, and by when: a gateway
    waits no longer than the contract's deadline.
    """

    route: Route
    path: str
    headers: Mapping[str, str]
    body: bytes
    expected: NDArray[np.float64]
    tolerance: float
    bundle: str
    deadline: float


@dataclass(frozen=True)
class Reply:
    """What came back: "unheard" is not one byte, "broken" anything but a right answer.

    `warned` is whether the sender was asked to let the connection go.
    """

    outcome: Outcome
    seconds: float
    difference: float | None = None
    warned: bool = False
    trouble: str = ""


def questions(bundle: Bundle, route: Route) -> tuple[Question, ...]:
    """Every golden sample alone. Raises BundleUnreadable."""
    write = _columnar if route == "columns" else _native
    return tuple(write(bundle, [sample]) for sample in samples_of(bundle))


def batches(bundle: Bundle) -> tuple[Question, ...]:
    """All golden samples, as many rows a request as the contract allows, as columns."""
    samples, most = samples_of(bundle), bundle.contract.limits.rows
    parts = [samples[i : i + most] for i in range(0, len(samples), most)]
    return tuple(_columnar(bundle, part) for part in parts)


async def ask(session: aiohttp.ClientSession, question: Question) -> Reply:
    """Send one question and judge its answer; never raises for what a service does."""
    started, heard = perf_counter(), False
    sending = session.post(question.path, data=question.body, headers=question.headers)
    try:
        async with asyncio.timeout(question.deadline), sending as answer:
            heard = True
            content = await answer.read()
    except TimeoutError:
        seconds = question.deadline
        return Reply("broken", seconds, trouble=f"no answer within {seconds:g} s")
    except aiohttp.ClientError as error:
        seconds, why = perf_counter() - started, f"the connection was lost ({_name(error)})"
        return Reply("broken" if heard else "unheard", seconds, trouble=why)
    return _judged(question, answer, content, perf_counter() - started)


def _judged(
    question: Question, answer: aiohttp.ClientResponse, content: bytes, seconds: float
) -> Reply:
    warned = answer.headers.get("Connection", "").lower() == "close"

    def broken(trouble: str, difference: float | None = None) -> Reply:
        return Reply("broken", seconds, difference, warned, trouble)

    if answer.status != 200:
        return broken(f"it answered {answer.status}")
    if answer.headers.get(wire.BUNDLE_HEADER) != question.bundle:
        return broken("it answered from another bundle")
    predictions = _predictions(question, content)
    if predictions is None or predictions.shape != question.expected.shape:
        return broken("its answer is not one prediction for each row")
    difference = float(np.abs(predictions - question.expected).max())
    if not difference <= question.tolerance:
        return broken(f"a golden sample is off by {difference:.3g}", difference)
    return Reply("answered", seconds, difference, warned)


def _predictions(question: Question, content: bytes) -> NDArray[np.float64] | None:
    decode: Callable[[bytes, int], Any] = (
        _from_columns if question.route == "columns" else _from_json
    )
    try:
        return np.asarray(decode(content, len(question.expected)), dtype=np.float64)
    except (InvalidWire, ValueError, KeyError, TypeError):
        return None


def _from_columns(content: bytes, rows: int) -> NDArray[np.float64]:
    return wire.decode_predictions(content, rows=rows)


def _from_json(content: bytes, rows: int) -> Any:
    return json.loads(content)["predictions"]


def _columnar(bundle: Bundle, samples: Sequence[Sample]) -> Question:
    columns = RequestSchema(bundle.contract).check_all([s.instance for s in samples])
    headers = {
        "Content-Type": wire.CONTENT_TYPE,
        wire.CONTRACT_HEADER: bundle.contract.digest,
    }
    body = wire.encode_columns(bundle.contract, columns)
    return _question(bundle, samples, "columns", "/columns", headers, body)


def _native(bundle: Bundle, samples: Sequence[Sample]) -> Question:
    body = json.dumps({"instances": [s.instance for s in samples]}).encode()
    headers = {"Content-Type": "application/json"}
    return _question(bundle, samples, "native", "/predict", headers, body)


def _question(
    bundle: Bundle,
    samples: Sequence[Sample],
    route: Route,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Question:
    expected = np.array([s.prediction for s in samples])
    tolerance = float(bundle.manifest.tolerance)
    deadline = bundle.contract.limits.deadline_seconds
    return Question(route, path, headers, body, expected, tolerance, bundle.id, deadline)


def _name(error: Exception) -> str:
    return type(error).__name__
