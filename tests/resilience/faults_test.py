"""What callers see while something between gateway and model service is broken, and afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from mooring.gateway.testing.faults import Fault
from mooring.gateway.testing.gateway import until
from tests.resilience.cases import CASES, SENT, SERVED, Case
from tests.resilience.scene import Scene, scene, scene_with_process

BY_WIRE = [pytest.param(case, id=case.title) for case in CASES if not case.signal]
BY_SIGNAL = [pytest.param(case, id=case.title) for case in CASES if case.signal]


@pytest.fixture(scope="module")
def one() -> Iterator[Scene]:
    with scene(1) as one:
        yield one


@pytest.fixture(scope="module")
def two() -> Iterator[Scene]:
    with scene(2) as two:
        yield two


@pytest.mark.parametrize("case", BY_WIRE)
def test_with_one_replica(one: Scene, case: Case) -> None:
    assert_with_one(one, case)


@pytest.mark.parametrize("case", BY_WIRE)
def test_with_a_second_replica_that_is_sound(two: Scene, case: Case) -> None:
    assert_with_two(two, case)


@pytest.mark.parametrize("case", BY_SIGNAL)
def test_with_one_replica_in_a_process(case: Case) -> None:
    with scene_with_process(1) as one:
        assert_with_one(one, case)


@pytest.mark.parametrize("case", BY_SIGNAL)
def test_with_a_second_replica_beside_a_process(case: Case) -> None:
    with scene_with_process(2) as two:
        assert_with_two(two, case)


def test_noise_on_the_line_is_never_a_fault_of_the_gateway(one: Scene) -> None:
    one.line.set(Fault(noise=0.005, seed=7))
    try:
        statuses = {one.outcome().status for _ in range(30)}
    finally:
        one.mend_it()
    assert statuses <= {200, 502, 503, 504}
    one.running.until_ready()
    until(one.outcome, lambda met: met == SERVED)


def assert_with_one(one: Scene, case: Case) -> None:
    """The first request, the lasting state, the probes, and the way back."""
    assert one.outcome() == SERVED
    one.break_it(case)
    try:
        assert one.outcome() == case.first
        until(one.outcome, lambda met: met == case.lasting)
        one.running.until_ready(case.ready)
        assert one.running.get("/livez").status == 200
    finally:
        one.mend_it()
    one.running.until_ready()
    until(one.outcome, lambda met: met == SERVED)


def assert_with_two(two: Scene, case: Case) -> None:
    """The gateway stays ready, and so many requests are lost at most."""
    until(two.all_well, bool)
    two.break_it(case)
    try:
        met = Counter(two.outcome() for _ in range(SENT))
        assert two.running.get("/readyz").status == 200
    finally:
        two.mend_it()
    assert met.total() - met[SERVED] <= case.lost, met
