"""A gateway that asks who is there, in a thread, before a fake model service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mooring.gateway.auth.settings import AuthSettings
from mooring.gateway.settings import Settings
from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.gateway.testing.keys import KeysOnDisk, Start
from mooring.gateway.testing.upstream import FakeUpstream, upstream


@pytest.fixture
def keys(tmp_path: Path) -> KeysOnDisk:
    return KeysOnDisk(tmp_path / "keys.json")


@pytest.fixture
def service() -> Iterator[FakeUpstream]:
    with upstream() as service:
        yield service


@pytest.fixture
def start(keys: KeysOnDisk, service: FakeUpstream) -> Start:
    """Starts a gateway that asks for keys; options are those of `AuthSettings`."""

    def start(ways: str = "keys", **options: Any) -> AbstractContextManager[RunningGateway]:
        auth = replace(AuthSettings(keys_file=keys.path, reload_seconds=0.02), **options)
        fast = Settings(port=0, learn_seconds=0.01, watch_seconds=0.05)
        return gateway(service.url, replace(fast, authentication=ways, auth=auth))

    return start
