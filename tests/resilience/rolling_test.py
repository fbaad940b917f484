"""Restarts lose no request. Few of them here; `rolling_slow_test` restarts twenty times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.resilience.rolling import Rolled, fake_services, gateways

RESTARTS = 2


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(gateways, id="one of two gateways"),
        pytest.param(fake_services, id="one of two model services"),
    ],
)
def test_no_request_fails_while_it_is_restarted(
    tmp_path: Path, kind: Callable[[Path, int], Rolled]
) -> None:
    rolled = kind(tmp_path, RESTARTS)
    assert rolled.failed == 0, rolled.met
    assert rolled.sent >= 100 * (RESTARTS + 1)
    assert rolled.shared
