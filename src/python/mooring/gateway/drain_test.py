from __future__ import annotations

from mooring.gateway.drain import Drain


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_drain_begins_once_and_is_over_after_its_seconds() -> None:
    clock = Clock()
    drain = Drain(5.0, clock)
    assert (drain.begun, drain.over) == (False, False)
    drain.begin()
    assert (drain.begun, drain.over) == (True, False)
    clock.now += 4.9
    drain.begin()
    assert not drain.over
    clock.now += 0.1
    assert drain.over
