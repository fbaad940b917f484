"""How property tests run here."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Tests share their machine with builds: how long one example takes says nothing. At night there are
# more examples.
settings.register_profile(
    "shared",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("MOORING_EXAMPLES", "100")),
)
settings.load_profile("shared")
