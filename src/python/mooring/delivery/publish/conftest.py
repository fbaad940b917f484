"""How the property tests of this package run."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Tests share their machine with builds: how long one example takes says nothing.
settings.register_profile(
    "shared", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared")
