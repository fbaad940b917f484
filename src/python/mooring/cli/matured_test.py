"""Which days count: by the log's own time, and never by a clock that runs ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from mooring.cli.errors import NothingLogged
from mooring.cli.matured import SETTINGS, frames, horizon_of, last_matured
from mooring.process.errors import BadSetting

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
APRIL = datetime(2013, 4, 10, 18, tzinfo=UTC)
DAY = timedelta(days=1)
HORIZON = 259_200.0


@dataclass(frozen=True)
class Days:
    """A log of one row for each instant."""

    events: tuple[datetime, ...]

    @property
    def by_day(self) -> Mapping[date, list[datetime]]:
        """Instants of each day."""
        return {at.date(): [e for e in self.events if e.date() == at.date()] for at in self.events}

    def days(self) -> tuple[date, ...]:
        """The days, in order."""
        return tuple(sorted(self.by_day))

    def joined(self, day: date) -> Iterator[pl.DataFrame]:
        """A frame for each row."""
        for at in self.by_day[day]:
            yield pl.DataFrame({"at": [at]}, schema={"at": pl.Datetime("ms", UTC)})


@pytest.mark.parametrize(
    ("events", "horizon", "last"),
    [
        pytest.param((APRIL,), HORIZON, date(2013, 4, 6), id="a day whose horizon is over"),
        pytest.param((APRIL,), 0.0, date(2013, 4, 9), id="the day before, with labels at once"),
        pytest.param(
            (APRIL.replace(hour=0),), HORIZON, date(2013, 4, 6), id="midnight ends the day before"
        ),
        pytest.param(
            (APRIL, APRIL - 9 * DAY, APRIL - DAY), HORIZON, date(2013, 4, 6), id="in any order"
        ),
        pytest.param(
            (APRIL, NOW + 2 * DAY, NOW + timedelta(hours=2)), HORIZON, date(2013, 4, 6),
            id="events of the future move nothing",
        ),
        pytest.param(
            (APRIL, NOW + timedelta(minutes=30)), HORIZON, date(2026, 11, 27),
            id="half an hour ahead is a clock like any other",
        ),
    ],
)  # fmt: skip
def test_the_last_day_that_may_be_learned_from(
    events: tuple[datetime, ...], horizon: float, last: date
) -> None:
    assert last_matured(Days(events), horizon, NOW) == last


@pytest.mark.parametrize("events", [(), (NOW + 9 * DAY,)], ids=["empty", "of the future only"])
def test_a_log_without_an_event_is_told(events: tuple[datetime, ...]) -> None:
    with pytest.raises(NothingLogged, match="no prediction of it has been collected"):
        last_matured(Days(events), HORIZON, NOW)


def test_frames_are_of_the_days_asked_for() -> None:
    log = Days(tuple(APRIL + n * DAY for n in range(5)))
    found = frames(log, date(2013, 4, 11), date(2013, 4, 12))
    assert [frame["at"][0] for frame in found] == [APRIL + DAY, APRIL + 2 * DAY]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param(None, HORIZON, id="without a file"),
        pytest.param("", HORIZON, id="a file that does not say"),
        pytest.param("[defaults.watching]\nhorizon_seconds = 60", 60.0, id="for all models"),
        pytest.param(
            "[defaults.watching]\nhorizon_seconds = 60\n"
            "[models.ferry.watching]\nhorizon_seconds = 5",
            5.0,
            id="for this one",
        ),
    ],
)
def test_labels_have_the_time_that_the_monitor_gives_them(
    tmp_path: Path, text: str | None, seconds: float
) -> None:
    file = tmp_path / "monitor.toml"
    file.write_text(text or "")
    assert horizon_of("ferry", {SETTINGS: str(file)} if text is not None else {}) == seconds


def test_a_setting_that_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "monitor.toml"
    file.write_text("[defaults.watching]\nhorizon_seconds = -5")
    with pytest.raises(BadSetting, match="horizon_seconds"):
        horizon_of("ferry", {SETTINGS: str(file)})
