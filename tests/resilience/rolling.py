"""Restarts under load, one after the other, and what becomes of every request meanwhile.

python -m tests.resilience.rolling          20 restarts of each kind; writes docs/gateway/drain.md
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from mooring.gateway.testing.contracts import BUNDLE, ROW, VERSION
from mooring.gateway.testing.service import ServiceProcess as FakeProcess
from mooring.process.children import Processes
from tests.resilience.callers import Callers, Question, calling
from tests.resilience.members import (
    GATEWAY_DRAIN_SECONDS,
    FakeService,
    Gateway,
    Member,
    RealService,
    document_of,
)
from tests.resilience.released import Released

RESTARTS = 20
# Requests between two restarts, so that each meets a process at work.
BETWEEN = 100

PATH = Path("docs/gateway/drain.md")

_FAKE = Question("/v1/models/voyage_delay:predict", json.dumps({"instances": [ROW]}).encode())


@dataclass(frozen=True)
class Rolled:
    """What one run of restarts saw."""

    title: str
    restarts: int
    sent: int
    failed: int
    met: dict[str, int]  # statuses and exceptions
    shared: bool  # whether every member that is called gave answers
    seconds: float

    @property
    def bound(self) -> float:
        """With 95 % confidence a request fails with less than this probability: rule of three.

        Hanley and Lippman-Hand, JAMA 249 (1983) 1743; it holds while none of them has failed.
        """
        return 3.0 / self.sent


def gateways(home: Path, times: int) -> Rolled:
    """Restart one of two gateways before one model service."""
    with FakeProcess.running() as service, ExitStack() as stack:
        document = document_of("voyage_delay", [service.url], VERSION, BUNDLE)
        first, second = (
            stack.enter_context(Gateway.running(home / name, document)) for name in ("a", "b")
        )
        with calling([first.url, second.url], _FAKE) as callers:
            return _roll("one of two gateways", first, callers, times)


def fake_services(home: Path, times: int) -> Rolled:
    """Restart one of two fake model services behind one gateway."""
    with FakeProcess.running() as first, FakeProcess.running() as second:
        document = document_of("voyage_delay", [first.url, second.url], VERSION, BUNDLE)
        with Gateway.running(home, document) as gateway, calling([gateway.url], _FAKE) as callers:
            return _roll("one of two fake model services", FakeService(first), callers, times)


def real_services(home: Path, times: int) -> Rolled:
    """Restart one of two services of a released model behind one gateway."""
    model = Released.champion("flight_delay", "models.flight_delay.service:FlightDelay")
    with Processes(home / "logs") as processes:
        first, second = (
            RealService.start(processes, model.process(home / name)) for name in ("a", "b")
        )
        urls = [first.url, second.url]
        document = document_of(model.model, urls, model.version, model.bundle)
        with (
            Gateway.running(home, document) as gateway,
            calling([gateway.url], model.question()) as callers,
        ):
            return _roll("one of two BentoML services of flight_delay", first, callers, times)


def _roll(title: str, member: Member, callers: Callers, times: int) -> Rolled:
    """Restart a member so many times while everybody calls."""
    started = time.perf_counter()
    callers.until_answered(BETWEEN)
    for _ in range(times):
        member.restart()
        if member.url in callers.urls:
            callers.until_in_rotation(member.url)
        callers.until_answered(BETWEEN)
    tally, seconds = callers.tally, time.perf_counter() - started
    shared = all(tally.by[url] for url in callers.urls)
    return Rolled(title, times, tally.sent, tally.failed, dict(tally.met), shared, seconds)


_HEAD = """\
<!-- Measured and written by `python -m tests.resilience.rolling`. -->
# Restarts under load

Eight callers ask without a pause while one process is ended by SIGTERM, has to exit with 0, and is
started again, {restarts} times. Nobody tries a request twice: what is not answered with 200 has
failed.

Two gateways stand behind a load balancer in the test (`tests/resilience/callers.py`), which is what
a Kubernetes Service with readiness probes is to clients that keep their connections: every 0.1 s it
asks each /readyz on a connection of its own, and sends to whoever said 200 last. Its clients honour
`Connection: close`. The gateway's drain is {drain:g} s here, 10 probes long; the default of 5 s is
for probes every half second. A drain that is shorter than probing takes to notice loses requests,
whoever drains.

Two model services stand behind one gateway, which has to notice by itself. The gateways' bound on
work in flight is fixed (`MOORING_ADMISSION=fixed`): on a busy machine the adaptive one turns
requests away, as it should, and that is not what is counted here.

| Restarted | Restarts | Requests sent | Failed | Chance that one fails, at most (95 %) | Seconds |
|---|---|---|---|---|---|
"""

_TAIL = """
The bound is 3/n, the rule of three. Measured on {cores} cores that did other work as well.
"""


def table(results: list[Rolled]) -> str:
    """The document."""
    head = _HEAD.format(restarts=RESTARTS, drain=GATEWAY_DRAIN_SECONDS)
    return head + "".join(map(_row, results)) + _TAIL.format(cores=os.cpu_count())


def _row(r: Rolled) -> str:
    bound = f"{r.bound:.1e}" if not r.failed else "–"
    return f"| {r.title} | {r.restarts} | {r.sent:,} | {r.failed} | {bound} | {r.seconds:.0f} |\n"


def main() -> None:
    """Run everything and write the document."""
    kinds: tuple[Callable[[Path, int], Rolled], ...] = (gateways, fake_services, real_services)
    results = []
    for kind in kinds:
        with tempfile.TemporaryDirectory() as home:
            results.append(kind(Path(home), RESTARTS))
            sys.stdout.write(f"{results[-1]}\n")
    PATH.write_text(table(results))


if __name__ == "__main__":
    main()
