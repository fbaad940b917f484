"""As `property_test`, longer."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from mooring.monitor.incidents.testing.anything import Anything

TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=500,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
