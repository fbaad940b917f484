"""What a gateway process holds on to while it answers: memory, file descriptors, threads.

    python -m tests.performance.gateway_soak 100000     writes docs/gateway/soak.md and soak.svg

A real gateway with its prediction log, before the fake model service, both processes. Of 100
requests 94 are predictions of different rows; the others are what should leave nothing behind
either: rows that break the contract, names that nobody serves, what is no JSON, other routes, new
connections.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np
import psutil

from mooring.gateway.testing.contracts import BUNDLE, ROW, VERSION
from mooring.gateway.testing.gateway import JSON
from mooring.gateway.testing.service import ServiceProcess
from tests.resilience.members import Gateway, document_of

SAMPLES = 50
_CALLERS = 8
_MODELS = "/v1/models"
_PREDICT = f"{_MODELS}/voyage_delay:predict"


@dataclass(frozen=True)
class Sample:
    """The process after so many requests."""

    requests: int
    rss: int  # bytes
    descriptors: int
    threads: int


@dataclass(frozen=True)
class Soak:
    """One run: what was met that should not have been, and the samples in their order."""

    samples: tuple[Sample, ...]
    unexpected: dict[str, int]
    seconds: float

    @property
    def second_half(self) -> tuple[Sample, ...]:
        """By then caches and pools are as full as they get."""
        return self.samples[len(self.samples) // 2 :]

    @property
    def slope(self) -> float:
        """Bytes of memory per request over the second half, by least squares."""
        half = self.second_half
        fit = np.polyfit([s.requests for s in half], [s.rss for s in half], 1)
        return float(fit[0])


@dataclass(frozen=True)
class Kind:
    """One kind of request, and the status it has to be answered with."""

    status: int
    method: str
    path: Callable[[], str]
    body: Callable[[], bytes]
    weight: int
    fresh: bool = False  # on a connection of its own


def _rows(**changes: object) -> bytes:
    row = {**ROW, "hour": random.randrange(24), "wind": random.random(), **changes}
    return json.dumps({"instances": [row]}).encode()


def _name() -> str:
    return f"m{random.getrandbits(64):x}"


KINDS = (
    Kind(200, "POST", lambda: _PREDICT, _rows, 92),
    Kind(200, "POST", lambda: _PREDICT, _rows, 2, fresh=True),
    Kind(422, "POST", lambda: _PREDICT, lambda: _rows(**{_name(): 1, "hour": _name()}), 2),
    Kind(400, "POST", lambda: _PREDICT, lambda: b'{"instances": [' + _name().encode(), 1),
    Kind(404, "POST", lambda: f"{_MODELS}/{_name()}:predict", _rows, 1),
    Kind(404, "GET", lambda: f"/{_name()}?{_name()}={_name()}", bytes, 1),
    Kind(200, "GET", lambda: _MODELS, bytes, 1),
)


def soak(requests: int) -> Soak:
    """Send so many requests, and look at the process SAMPLES times meanwhile."""
    with tempfile.TemporaryDirectory() as home, ServiceProcess.running() as service:
        document = document_of("voyage_delay", [service.url], VERSION, BUNDLE)
        with Gateway.running(Path(home), document) as gateway:
            process = psutil.Process(gateway.process.process.pid)
            return asyncio.run(_soak(gateway.url, process, requests))


async def _soak(url: str, process: psutil.Process, requests: int) -> Soak:
    started, samples = time.perf_counter(), []
    unexpected: Counter[str] = Counter()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(url, connector=connector) as session:
        for number in range(1, SAMPLES + 1):
            share = requests // SAMPLES // _CALLERS
            calls = (_calls(session, share, unexpected) for _ in range(_CALLERS))
            await asyncio.gather(*calls)
            samples.append(_look(process, number * share * _CALLERS))
    return Soak(tuple(samples), dict(unexpected), time.perf_counter() - started)


async def _calls(session: aiohttp.ClientSession, count: int, unexpected: Counter[str]) -> None:
    weights = [kind.weight for kind in KINDS]
    for kind in random.choices(KINDS, weights, k=count):
        headers = JSON | ({"Connection": "close"} if kind.fresh else {})
        async with session.request(
            kind.method, kind.path(), data=kind.body(), headers=headers
        ) as answer:
            await answer.read()
        if answer.status != kind.status:
            unexpected[f"{answer.status} instead of {kind.status}"] += 1


def _look(process: psutil.Process, requests: int) -> Sample:
    with process.oneshot():
        return Sample(requests, process.memory_info().rss, process.num_fds(), process.num_threads())


if __name__ == "__main__":
    # The report draws, and whoever only measures needs no library for that.
    from tests.performance.gateway_soak_report import write

    write(soak(int(sys.argv[1])))
