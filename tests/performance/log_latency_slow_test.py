"""No writer and no disk adds a millisecond to the slowest hundredth of predictions."""

from __future__ import annotations

from tests.performance.log_latency import added, measure, table


def test_the_log_adds_less_than_a_millisecond_at_the_99th_percentile() -> None:
    off, *others = arms = measure(rounds=9, requests=400)
    print("\n".join(["", *table(arms)]))  # noqa: T201
    more = {arm.name: added(arm, off, 0.99) for arm in others}
    assert max(more.values()) < 1.0, more
