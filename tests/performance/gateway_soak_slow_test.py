"""100,000 requests; docs/gateway/soak.md has the run of `gateway_soak`."""

from __future__ import annotations

from tests.performance.gateway_soak import soak

# Connections that come and go; threads of the pool of asyncio, which starts one when all are busy.
PLAY = 8
# Bytes per request: 50,000 requests that add less than 1 MB are within the allocator's noise.
FLAT = 20.0


def test_nothing_grows_with_the_number_of_requests() -> None:
    run = soak(100_000)
    assert run.unexpected == {}
    assert run.slope < FLAT
    half = run.second_half
    assert max(s.descriptors for s in half) - min(s.descriptors for s in half) <= PLAY
    assert max(s.threads for s in half) - min(s.threads for s in half) <= PLAY
