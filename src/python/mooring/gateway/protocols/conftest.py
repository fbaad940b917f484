"""Gateways that only answer questions, so that all tests of a module may share one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream
from mooring.process.ports import free_port


@pytest.fixture(scope="module")
def served() -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        yield running


@pytest.fixture(scope="module")
def alone() -> Iterator[RunningGateway]:
    """A gateway whose model service does not exist."""
    with gateway(f"http://127.0.0.1:{free_port()}") as running:
        running.until_ready(503)
        yield running
