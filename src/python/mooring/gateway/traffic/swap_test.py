"""One response never mixes versions, however often and whenever they are swapped."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from mooring.gateway.hop.admission import AdmissionPolicy
from mooring.gateway.settings import Settings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import JSON, Answer, RunningGateway, gateway, until
from mooring.gateway.testing.upstream import FakeUpstream
from mooring.gateway.testing.versions import (
    bundle_of,
    canary,
    document,
    predicted,
    service,
    shadowed,
)

CALLERS = 4
SWAPS = 40
# Nobody is turned away because the machine is busy: every answer has to be right.
SETTINGS = Settings(
    port=0,
    learn_seconds=0.01,
    watch_seconds=0.5,
    admission=AdmissionPolicy(kind="fixed", queue_seconds=10.0),
)


@pytest.fixture
def services() -> Iterator[list[FakeUpstream]]:
    with ExitStack() as stack:
        yield [stack.enter_context(service(version)) for version in (1, 2, 3)]


def a_route(chance: random.Random, services: list[FakeUpstream]) -> Any:
    champion, challenger = chance.sample(services, 2)
    return chance.choice(
        (champion, shadowed(champion, challenger), canary(champion, challenger, 50))
    )


def keep_asking(served: RunningGateway, seed: int, stop: threading.Event) -> int:
    """Ask for batches of rows until told to stop; how many were asked for."""
    chance = random.Random(seed)
    asked = 0
    while not stop.is_set():
        hours = [chance.randrange(24) for _ in range(chance.randint(1, 5))]
        body = json.dumps({"instances": [ROW | {"hour": hour} for hour in hours]})
        key = {"Mooring-Key": str(chance.randrange(50))}
        check(served.post("/v1/models/voyage_delay:predict", body, JSON | key), hours)
        asked += 1
    return asked


def check(answer: Answer, hours: list[int]) -> None:
    """Every value is that of the version which the answer names."""
    assert answer.status == 200, answer.body
    version = answer.json["model"]["version"]
    assert answer.json["model"]["digest"] == bundle_of(version)
    assert answer.json["predictions"] == pytest.approx([predicted(version, h) for h in hours])


def test_under_load_every_answer_is_all_of_the_version_that_it_names(
    services: list[FakeUpstream],
) -> None:
    chance, stop = random.Random(5), threading.Event()
    with (
        gateway("", SETTINGS, document(1, voyage_delay=services[0])) as served,
        ThreadPoolExecutor(CALLERS) as pool,
    ):
        served.until_ready()
        callers = [pool.submit(keep_asking, served, seed, stop) for seed in range(CALLERS)]
        try:
            for version in range(2, SWAPS + 2):
                served.publish(document(version, voyage_delay=a_route(chance, services)))
                served.until_obeys(version)
            until(lambda: [len(s.behaviour.asked) for s in services], lambda n: min(n) >= 20)
        finally:
            stop.set()
        assert sum(caller.result() for caller in callers) > SWAPS
