"""Damaged requests against a real gateway: what it answered, and what it must never do.

    python -m tests.corpus.fuzz 100000 [SEED]      counts of the answers as JSON

No 5xx, nothing of a stack trace, no error in the log, answers that are HTTP, and an end. A 503 that
says `overloaded` is about this machine and not about the request.
"""

from __future__ import annotations

import json
import logging
import random
import socket
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httptools

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import CONTRACT
from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.gateway.testing.upstream import Behaviour, upstream
from tests.corpus.answers import Answers
from tests.corpus.mutants import mutants, pieces

# A sender at a time for each, most of which wait for a deadline.
SENDERS = 32
HURRIED = EdgeLimits(
    head_seconds=0.4, body_seconds=0.4, idle_seconds=0.4, linger_seconds=0.4, sweep_seconds=0.02
)
_OVERLOADED = b"urn:mooring:problem:overloaded"


@dataclass
class Findings:
    """How often each status was answered, and what must not have been."""

    answers: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class _Errors(logging.Handler):
    def __init__(self, findings: Findings) -> None:
        super().__init__(logging.ERROR)
        self._findings = findings

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        trace = "".join(traceback.format_exception(error)[-3:]) if error else ""
        self._findings.faults.append(f"logged: {record.name}: {record.getMessage()} {trace}")


@contextmanager
def running() -> Iterator[RunningGateway]:
    """A gateway in a hurry, before a service that answers."""
    settings = Settings(port=0, learn_seconds=0.01, watch_seconds=0.05, edge=HURRIED)
    # Longer than a busy machine needs, so that no answer is late.
    limits = CONTRACT.limits.model_copy(update={"deadline_seconds": 30.0})
    patient = Behaviour(contract=CONTRACT.model_copy(update={"limits": limits}))
    with upstream(patient) as service, gateway(service.url, settings) as served:
        served.until_ready()
        yield served


def attack(served: RunningGateway, seed: int, count: int) -> Findings:
    """Send `count` damaged requests, each on a connection of its own."""
    findings, handler = Findings(), logging.getLogger()
    errors = _Errors(findings)
    handler.addHandler(errors)
    try:
        with ThreadPoolExecutor(SENDERS) as senders:
            numbered = enumerate(mutants(seed, count))
            for outcome in senders.map(lambda each: _send(served.port, *each), numbered):
                _judge(findings, *outcome)
        if served.get("/livez").status != 200:
            findings.faults.append("it does not live any more")
    finally:
        handler.removeHandler(errors)
    return findings


def _send(port: int, number: int, request: bytes) -> tuple[bytes, Answers | str]:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        answers = Answers(connection)
        try:
            with suppress(ConnectionError):
                _send_pieces(connection, pieces(random.Random(number), request))
            answers.read_all()
        except ConnectionError:
            return request, answers  # a reset ends what we did not let it end
        except (TimeoutError, httptools.HttpParserError) as error:
            return request, type(error).__name__
        return request, answers


def _send_pieces(connection: socket.socket, parts: Sequence[bytes]) -> None:
    for part in parts:
        connection.sendall(part)
        time.sleep(0.001)  # so that they arrive as pieces, mostly; nothing depends on it


def _judge(findings: Findings, request: bytes, outcome: Answers | str) -> None:
    if isinstance(outcome, str):
        findings.faults.append(f"{outcome}: {request!r}")
        return
    findings.answers.update(outcome.statuses or [0])
    for answer in outcome.all:
        ours = answer.status >= 500 and _OVERLOADED not in answer.body
        if ours or b"Traceback" in answer.body:
            findings.faults.append(f"{answer.status}: {request!r}")


def main(arguments: Sequence[str]) -> int:
    """Print what was found; 1 when anything must not have been."""
    count, seed = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1
    began = time.monotonic()
    with running() as served:
        findings = attack(served, seed, count)
    report = {
        "seed": seed,
        "requests": count,
        "seconds": round(time.monotonic() - began),
        "answers": {str(status): n for status, n in sorted(findings.answers.items())},
        "faults": findings.faults[:20],
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return bool(findings.faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
