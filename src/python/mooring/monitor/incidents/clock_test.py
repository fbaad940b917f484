"""Time by which brakes are held, over clocks that are set and processes that restart."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given, settings

from mooring.monitor.incidents.testing.monitor import Time


def test_time_goes_on_where_the_wall_clock_falls_behind() -> None:
    time = Time(wall=1000.0)
    clock = time.clock()
    assert clock.now(0.0) == 1000.0
    time.wall, time.monotonic = 10.0, 60.0
    assert clock.now(0.0) == 1060.0
    time.wall = 5000.0
    assert clock.now(0.0) == 5000.0


def test_a_new_process_begins_where_the_journal_ends() -> None:
    time = Time(wall=10.0, monotonic=7.0)
    clock = time.clock()
    assert clock.now(900.0) == 900.0
    time.passes(5.0)
    assert clock.now(900.0) == 905.0


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(-1e6, 1e6))))
def test_it_never_runs_backwards_nor_behind_what_was_seen(
    moments: list[tuple[float, float, float]],
) -> None:
    time, last = Time(), float("-inf")
    clock = time.clock()
    for wall, passed, seen in moments:
        time.wall, time.monotonic = wall, time.monotonic + passed
        now = clock.now(seen)
        assert now >= max(last, seen, wall)
        last = now
