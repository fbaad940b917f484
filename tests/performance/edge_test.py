"""A body of 60 MB leaves no trace in the memory of a real gateway."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from mooring.gateway.testing.gateway import until_ready
from mooring.gateway.testing.process import GatewayProcess, running
from mooring.gateway.testing.upstream import upstream
from tests.performance.edge_bodies import LARGE, MB, ask, large

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    # The client shares a busy machine: it may take longer to send what nobody reads.
    patient = {"MOORING_LINGER_SECONDS": "60"}
    with (
        upstream() as service,
        running(tmp_path_factory.mktemp("edge"), service.url, **patient) as process,
    ):
        until_ready(process.port)
        ask(process.port, b" " * MB)  # what is loaded at first is not this body's
        yield process


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Length": str(LARGE)}, id="of a length that is told"),
        pytest.param({}, id="in chunks"),
    ],
)
def test_60_mb_are_413_and_cost_less_than_20_mb(
    process: GatewayProcess, headers: dict[str, str]
) -> None:
    status, grown = large(process.port, process.process.pid, headers)
    assert status == 413
    assert grown < 20 * MB
