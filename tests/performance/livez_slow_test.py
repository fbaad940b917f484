"""Probes are answered while predictions take all there is; see docs/gateway/resilience.md."""

from tests.performance.livez import measure

MILLISECONDS = 50.0


def test_probes_do_not_wait_for_predictions() -> None:
    found = measure(connections=64, seconds=10.0)
    assert found["loaded"]["p99"] < MILLISECONDS, found
    # Or it was no load.
    assert found["clients"]["requests"] > 1_000, found
