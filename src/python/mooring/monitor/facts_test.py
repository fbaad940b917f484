from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from mooring.monitor.facts import Answered, DayFacts, Known

DAY = date(2013, 4, 1)
NOW = datetime(2013, 4, 1, 12, tzinfo=UTC)
SECONDS = NOW.timestamp()


def rows(*told: tuple[int, str, timedelta, str]) -> pl.DataFrame:
    """Rows by version, role, how far from now, and the state of the label."""
    return pl.DataFrame(
        [(version, role, NOW + far, state) for version, role, far, state in told],
        schema={
            "version": pl.Int64, "role": pl.String, "at": pl.Datetime("ms", "UTC"),
            "state": pl.String,
        },
        orient="row",
    )  # fmt: skip


AN_HOUR, A_MINUTE = timedelta(hours=1), timedelta(minutes=1)
FRAME = rows(
    (3, "champion", -AN_HOUR, "held"),
    (3, "champion", timedelta(), "none"),
    (4, "champion", -A_MINUTE, "disputed"),
    (4, "challenger", -2 * AN_HOUR, "none"),
    (3, "shadow", A_MINUTE, "none"),
    (3, "champion", AN_HOUR + A_MINUTE, "none"),
)


def test_only_what_was_answered_as_champion_counts_and_nothing_of_the_future() -> None:
    facts = DayFacts.of(FRAME, NOW)
    assert facts.answered == {
        3: Answered(2, 1, SECONDS - 3600.0, SECONDS),
        4: Answered(1, 0, SECONDS - 60.0, SECONDS - 60.0),
    }
    assert (facts.future, facts.last) == (1, SECONDS)


def test_parts_add_up_to_the_whole_in_any_order_and_over_json() -> None:
    parts = [DayFacts.of(FRAME.slice(n, 1), NOW) for n in range(len(FRAME))]
    whole = DayFacts.of(FRAME, NOW)
    assert sum(parts, DayFacts()) == sum(reversed(parts), DayFacts()) == whole
    assert DayFacts.from_json(whole.to_json()) == whole


@pytest.mark.parametrize(
    ("since", "first"),
    [
        pytest.param(0.0, SECONDS - 3600.0, id="its very first row"),
        pytest.param(SECONDS - 60.0, SECONDS - 60.0, id="of a day that it began before"),
        pytest.param(SECONDS + 1.0, None, id="none since"),
    ],
)
def test_the_first_row_of_a_reign_is_not_before_it(since: float, first: float | None) -> None:
    known = Known({DAY: DayFacts.of(FRAME, NOW)})
    found = known.first_row(3, since)
    assert (found.timestamp() if found else None) == first


def test_labels_are_awaited_of_days_within_the_horizon() -> None:
    known = Known({DAY: DayFacts.of(FRAME, NOW)})
    assert known.awaiting(NOW) == 1
    assert known.awaiting(NOW + timedelta(days=1)) == 0
