"""A model service for every test of the gateway that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mooring.gateway.testing.upstream import FakeUpstream, upstream


@pytest.fixture
def service() -> Iterator[FakeUpstream]:
    with upstream() as service:
        yield service
