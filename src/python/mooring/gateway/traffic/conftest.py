"""The model services of two releases, which predict recognisably."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mooring.gateway.testing.upstream import FakeUpstream
from mooring.gateway.testing.versions import service


@pytest.fixture
def one() -> Iterator[FakeUpstream]:
    with service(1) as running:
        yield running


@pytest.fixture
def two() -> Iterator[FakeUpstream]:
    with service(2) as running:
        yield running
