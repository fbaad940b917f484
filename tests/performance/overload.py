"""A service that becomes slower under load, in virtual time: what each kind of limit makes of it.

    python -m tests.performance.overload

Requests arrive at random (Poisson, seeded) at a lane of the real admission. Behind it is one of two
services. `serial` works on one request after another, as a model does that gains nothing from
batches. `batching` works on all that wait at once, at a fixed cost and a little for each, as the
coalescer's calls do. Nothing sleeps and nothing is measured with a clock of this machine: a run
gives the same figures everywhere.
"""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import CollectorRegistry

from mooring.gateway.errors import GatewayError, UpstreamTimeout
from mooring.gateway.hop.admission import AdmissionPolicy, Lane
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.testing.virtual_time import run_virtually
from mooring.telemetry.binding import bind
from mooring.telemetry.resilience import METRICS
from tests.performance.gradient import Gradient

# The contract's default.
DEADLINE_SECONDS = 10.0
FULL, SLOW = 100.0, 30.0  # requests a second that the service manages, before and after the step
STEP_SECONDS = 20.0  # when the step comes
SETTLED_SECONDS = 5.0  # how long afterwards all has to be well again
END_SECONDS = 60.0


class Service(Protocol):
    """What works on requests."""

    async def work(self) -> None:
        """Work on one request."""


class Serial:
    """One request after another; `rate` may be changed while it works."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._turn = asyncio.Lock()

    async def work(self) -> None:
        async with self._turn:
            await asyncio.sleep(1.0 / self.rate)


class Batching:
    """All that wait, together: `fixed` seconds for a batch and `each` for a request in it."""

    def __init__(self, fixed: float, each: float) -> None:
        self._fixed, self._each = fixed, each
        self._waiting: list[asyncio.Future[None]] = []
        self._works: asyncio.Task[None] | None = None

    async def work(self) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(done)
        if self._works is None or self._works.done():
            self._works = asyncio.create_task(self._batches())
        await done

    async def _batches(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:64], self._waiting[64:]
            await asyncio.sleep(self._fixed + self._each * len(batch))
            for done in batch:
                if not done.done():
                    done.set_result(None)


@dataclass
class Tally:
    """Answers as (when, how long they took), and what was not answered, by kind of error."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    failures: list[tuple[float, str]] = field(default_factory=list)

    def rate(self, start: float, end: float) -> float:
        """Answers a second."""
        return sum(start <= at < end for at, _ in self.answers) / (end - start)

    def quantile(self, q: float, start: float, end: float) -> float:
        """Of how long answers took, in seconds."""
        took = sorted(seconds for at, seconds in self.answers if start <= at < end)
        return took[min(len(took) - 1, int(q * len(took)))] if took else float("nan")

    def failed(self, start: float, end: float) -> int:
        """How many were not answered."""
        return sum(start <= at < end for at, _ in self.failures)


async def offer(
    lane: Lane, service: Service, rate: float, seconds: float, seed: int, tally: Tally
) -> None:
    """Send requests at random, `rate` a second on average, for so many seconds."""
    draw = random.Random(seed)
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    async with asyncio.TaskGroup() as group:
        while clock() < end:
            await asyncio.sleep(draw.expovariate(rate))
            group.create_task(_request(lane, service, tally))


async def _request(lane: Lane, service: Service, tally: Tally) -> bool:
    """Whether it was answered."""
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        async with lane.admitted(Deadline.within(DEADLINE_SECONDS, began)):
            await _answered(service)
    except GatewayError as error:
        tally.failures.append((clock(), type(error).__name__))
        return False
    tally.answers.append((clock(), clock() - began))
    return True


async def _answered(service: Service) -> None:
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await service.work()
    except TimeoutError:
        raise UpstreamTimeout("m", "too late") from None


@dataclass(frozen=True)
class Candidate:
    """One way to bound the work, by name."""

    name: str
    policy: AdmissionPolicy
    gradient: bool = False

    def new_lane(self) -> Lane:
        """A lane in the time of the running loop."""
        instruments = bind(METRICS, CollectorRegistry())
        limit = Gradient(self.policy.limit) if self.gradient else None
        return Lane("m", self.policy, instruments, asyncio.get_running_loop().time, limit)


ADAPTIVE = Candidate("adaptive (default)", AdmissionPolicy())
CANDIDATES = (
    ADAPTIVE,
    Candidate("fixed 256", AdmissionPolicy(kind="fixed")),
    Candidate("fixed 64", AdmissionPolicy(kind="fixed", limit=64)),
    Candidate("fixed 4, queue 16", AdmissionPolicy(kind="fixed", limit=4, queue=16)),
    Candidate("Gradient2, at most 64", AdmissionPolicy(limit=64), gradient=True),
)


async def _step(candidate: Candidate, rate: float, end: float) -> dict[str, float]:
    service, tally = Serial(FULL), Tally()
    start = asyncio.get_running_loop().time()

    def slow_down() -> None:
        service.rate = SLOW

    asyncio.get_running_loop().call_at(start + STEP_SECONDS, slow_down)
    await offer(candidate.new_lane(), service, rate, end, 7, tally)
    before = (start + 5.0, start + STEP_SECONDS)
    after = (start + STEP_SECONDS + SETTLED_SECONDS, start + end)
    base, slow = tally.quantile(0.99, *before), tally.quantile(0.99, *after)
    return {
        "p99 before": base,
        "p99 after": slow,
        "ratio": slow / base,
        "goodput": tally.rate(*after) / SLOW,
    }


async def _batches(candidate: Candidate, clients: int, fixed: float) -> dict[str, float]:
    service, lane, tally = Batching(fixed, fixed / 40), candidate.new_lane(), Tally()
    clock = asyncio.get_running_loop().time
    start, draw, seconds = clock(), random.Random(7), 150 * fixed

    async def client() -> None:
        while clock() < start + seconds:
            answered = await _request(lane, service, tally)
            # Who is turned away waits as long as Retry-After says.
            await asyncio.sleep(draw.expovariate(5_000.0) if answered else 1.0)

    await asyncio.gather(*(client() for _ in range(clients)))
    return {
        "rate": tally.rate(start + seconds / 2, start + seconds),
        "failed": tally.failed(start, start + seconds),
    }


def step(candidate: Candidate, rate: float = 80.0, end: float = END_SECONDS) -> dict[str, float]:
    """A serial service goes from 100 to 30 requests a second under a steady load."""
    return run_virtually(_step(candidate, rate, end))


def batches(candidate: Candidate, clients: int, fixed: float = 0.002) -> dict[str, float]:
    """So many clients, each with one request under way, before a service that batches, at `fixed`
    seconds a call: it is not to be held back.
    """
    return run_virtually(_batches(candidate, clients, fixed))


def row(candidate: Candidate) -> str:
    """The figures of one candidate, as a row of a table."""
    steps = [step(candidate, rate) for rate in (80.0, 95.0, 150.0)]
    crowds = [batches(candidate, 64, fixed) for fixed in (0.002, 0.1)]
    cells = [
        candidate.name,
        *(f"{s['p99 before'] * 1e3:.0f} → {s['p99 after'] * 1e3:.0f} ms" for s in steps),
        " / ".join(f"{s['ratio']:.1f}" for s in steps),
        f"{min(s['goodput'] for s in steps):.0%}",
        *(f"{c['rate']:,.0f}, {c['failed']:,.0f} turned away" for c in crowds),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the rows of the table in docs/gateway/resilience.md."""
    for candidate in CANDIDATES:
        sys.stdout.write(row(candidate) + "\n")


if __name__ == "__main__":
    main()
