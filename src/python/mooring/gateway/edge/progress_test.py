from __future__ import annotations

import pytest

from mooring.gateway.edge.limits import EdgeLimits
from mooring.gateway.edge.progress import Phase, Progress, overdue

LIMITS = EdgeLimits()


@pytest.mark.parametrize(
    ("phase", "passed", "received", "late"),
    [
        pytest.param(Phase.SILENT, 4.9, 0, False, id="a connection may be silent for a while"),
        pytest.param(Phase.SILENT, 5.1, 0, True, id="but not longer than a head may take"),
        pytest.param(Phase.HEAD, 5.1, 9_999, True, id="no byte extends the time of a head"),
        pytest.param(Phase.BODY, 1.9, 0, False, id="a body has some grace"),
        pytest.param(Phase.BODY, 2.1, 2_000, True, id="behind it the rate counts"),
        pytest.param(Phase.BODY, 2.1, 2_200, False, id="a body that comes fast enough goes on"),
        pytest.param(Phase.BODY, 10.1, 10**9, True, id="no rate extends the time of a body"),
        pytest.param(Phase.ANSWER, 1e6, 0, False, id="the wait for our answer is not theirs"),
        pytest.param(Phase.IDLE, 29.9, 0, False, id="a pool keeps its connections"),
        pytest.param(Phase.IDLE, 30.1, 0, True, id="not for ever"),
        pytest.param(Phase.LEAVING, 2.1, 0, True, id="a farewell ends"),
    ],
)
def test_a_phase_is_overdue(phase: Phase, passed: float, received: int, late: bool) -> None:
    assert overdue(Progress(100.0, phase, received), LIMITS, 100.0 + passed) is late
