"""One engine and one podman for all tests of a file, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest

from tests.containers.cell import Unavailable
from tests.containers.engine import Engine
from tests.containers.engine import engine as an_engine
from tests.containers.podman import Podman
from tests.containers.podman import podman as a_podman

T = TypeVar("T")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A Docker engine; skips where none can be had."""
    yield from _or_skip(an_engine())


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    """Podman; skips where it cannot work."""
    yield from _or_skip(a_podman())


def _or_skip(context: AbstractContextManager[T]) -> Iterator[T]:
    try:
        entered = context.__enter__()
    except Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield entered
    finally:
        context.__exit__(None, None, None)
