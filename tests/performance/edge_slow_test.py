"""What the edge promises about time, on a real gateway with its defaults."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from mooring.gateway.testing.gateway import until_ready
from mooring.gateway.testing.process import running
from mooring.gateway.testing.upstream import upstream
from tests.performance.edge_bodies import BODIES, ask
from tests.performance.edge_clients import SLOW, ended_after
from tests.performance.edge_traffic import compared, median_of

# When each of the slow clients has to be gone, and what it is told.
ENDS = {
    "head, 5 bytes a second": (6.0, "408"),
    "nothing sent": (6.0, "closed"),
    "body, 5 bytes a second": (3.0, "408"),
    "body, 5 kB a second": (11.0, "408"),
    "nothing more after an answer": (31.0, "closed"),
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with (
        upstream() as service,
        running(tmp_path_factory.mktemp("edge"), service.url) as process,
    ):
        until_ready(process.port)
        yield process.port


def test_slow_clients_are_ended_within_a_second_of_their_deadline(port: int) -> None:
    with ThreadPoolExecutor(len(SLOW)) as threads:
        waiting = {name: threads.submit(ended_after, port, sends) for name, _, sends in SLOW}
        for name, outcome in waiting.items():
            seconds, said = outcome.result()
            latest, expected = ENDS[name]
            assert said == expected, name
            assert seconds < latest, name


def test_good_traffic_among_200_dripping_sockets_fails_never_and_keeps_its_p99(port: int) -> None:
    quiet, attacked = compared(port, rounds=9, seconds=3.0)
    assert sum(each["wrong"] for each in attacked) == 0
    assert median_of(attacked, "p99") < 2.0 * median_of(quiet, "p99")


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, _, body in BODIES])
def test_1_mib_of_anything_is_refused(port: int, body: bytes) -> None:
    assert 400 <= ask(port, body) < 500
