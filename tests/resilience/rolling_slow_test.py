"""Twenty restarts of each kind; docs/gateway/drain.md has the results of `rolling.main`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.resilience.rolling import RESTARTS, Rolled, fake_services, gateways, real_services


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(gateways, id="one of two gateways"),
        pytest.param(fake_services, id="one of two fake model services"),
        pytest.param(real_services, id="one of two services of a released model"),
    ],
)
def test_no_request_fails_while_it_is_restarted(
    tmp_path: Path, kind: Callable[[Path, int], Rolled]
) -> None:
    rolled = kind(tmp_path, RESTARTS)
    assert rolled.failed == 0, rolled.met
    assert rolled.shared
    assert rolled.bound < 1e-3
