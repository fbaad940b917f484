"""Whatever comes in whatever order: what must hold is told by `testing.anything`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from mooring.monitor.incidents.testing.anything import Anything

TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
