"""The past against a real gateway: what is sent, when labels follow, and what a kill leaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.testing.contracts import ROW
from mooring.gateway.testing.gateway import RunningGateway, gateway
from mooring.gateway.testing.upstream import upstream
from mooring.predictionlog.reader import labels, predictions
from mooring.replay.errors import GatewayRefused, NoLabelTimes, OtherReplay
from mooring.replay.events import Batch, with_label_times
from mooring.replay.gateway import Gateway
from mooring.replay.journal import Journal, Waiting
from mooring.replay.run import Pace, replay, settle

MODEL = "voyage_delay"
FIRST = datetime(2013, 4, 1, 10, tzinfo=UTC)


def batch(hour: int, rows: int = 3, lands_after: float = 5.5) -> Batch:
    at = FIRST + timedelta(hours=hour)
    landing = at + timedelta(hours=lands_after)
    return Batch(at, [ROW] * rows, (1.0, 0.0, 1.0)[:rows], (landing,) * rows)


DAY = [batch(hour) for hour in range(12)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@contextmanager
def serving(home: Path) -> Iterator[RunningGateway]:
    with upstream() as service, gateway(service.url, log=LogSettings(home=home)) as running:
        running.until_ready()
        yield running


def asking(running: RunningGateway) -> Gateway:
    return Gateway(f"http://127.0.0.1:{running.port}", MODEL)


def journal(folder: Path, batches: int = len(DAY), what: str = "April") -> Journal:
    return Journal.open(folder / "replay.db", what, batches)


def test_rows_carry_the_time_of_their_event(home: Path, tmp_path: Path) -> None:
    with serving(home) as served, journal(tmp_path) as kept:
        done = replay(DAY, asking(served), kept, "probability", Pace(None))
    assert (done.done, done.rows) == (12, 36)
    found = [records.at for records in predictions(home, MODEL)]
    assert found == [round(each.at.timestamp() * 1_000) for each in DAY]


def test_a_label_is_not_said_before_it_is_known(home: Path, tmp_path: Path) -> None:
    with serving(home) as served, journal(tmp_path) as kept:
        halves = []
        replay(
            DAY, asking(served), kept, "probability", Pace(None),
            told=lambda progress, at: halves.append((at, progress.labels)),
        )  # fmt: skip
        settle(asking(served), kept, "probability", DAY[-1].at, days=1)
        assert kept.progress.labels == 36
    assert [said for _, said in halves] == [0] * 6 + [3, 6, 9, 12, 15, 18]


def test_a_label_reaches_the_log_with_the_time_of_its_landing(home: Path, tmp_path: Path) -> None:
    with serving(home) as served, journal(tmp_path) as kept:
        replay(DAY, asking(served), kept, "probability", Pace(None))
        settle(asking(served), kept, "probability", DAY[-1].at, days=1)
    said = dict(pair for e in labels(home, MODEL) for pair in zip(e.ids, e.observed, strict=True))
    asked = {name: each.at for each in predictions(home, MODEL) for name in each.ids}
    assert said.keys() == asked.keys()
    assert {said[name] - asked[name] for name in said} == {round(5.5 * 3_600_000)}


def test_a_replay_goes_on_where_it_stopped(home: Path, tmp_path: Path) -> None:
    with serving(home) as served:
        with journal(tmp_path) as kept:
            replay(DAY[:5], asking(served), kept, "probability", Pace(None))
        with journal(tmp_path) as kept:
            assert replay(DAY, asking(served), kept, "probability", Pace(None)).rows == 36
    assert sum(len(each.ids) for each in predictions(home, MODEL)) == 36


def test_a_journal_of_other_days_is_refused(tmp_path: Path) -> None:
    journal(tmp_path).__exit__()
    with pytest.raises(OtherReplay, match="it is of April") as raised:
        journal(tmp_path, what="May")
    assert "--fresh" in raised.value.cure


def test_where_nobody_answers_it_says_so_and_keeps_what_was_done(tmp_path: Path) -> None:
    nobody = Gateway("http://127.0.0.1:1", MODEL, sleep=lambda seconds: None)
    with journal(tmp_path) as kept, pytest.raises(GatewayRefused, match="nobody answers"):
        replay(DAY, nobody, kept, "probability", Pace(None))
    with journal(tmp_path) as kept:
        assert kept.progress.done == 0


def test_a_refused_row_is_told_by_its_title(home: Path) -> None:
    with serving(home) as served, pytest.raises(GatewayRefused, match="422"):
        asking(served).predict([{"carrier": 7}], FIRST)


def test_the_past_goes_by_as_fast_as_it_is_told() -> None:
    slept: list[float] = []
    pace = Pace(3_600.0, clock=lambda: 0.0, sleep=slept.append)
    for each in DAY[:4]:
        pace.until(each.at)
    assert slept == [1.0, 2.0, 3.0]


def test_the_past_waits_before_each_request_where_it_is_held(home: Path, tmp_path: Path) -> None:
    held: list[datetime] = []

    def hold(at: datetime) -> bool:
        held.append(at)
        return True

    with serving(home) as served, journal(tmp_path) as kept:
        replay(DAY, asking(served), kept, "probability", Pace(None), hold)
    assert held == [each.at for each in DAY]


def test_rows_without_a_time_of_their_label_are_refused() -> None:
    rows = pl.DataFrame({"row_id": ["a", "b"]})
    known = pl.DataFrame({"row_id": ["a"], "labelled_at": [FIRST]})
    with pytest.raises(NoLabelTimes, match="1 rows"):
        with_label_times(rows, known, "flight_delay")


def test_a_label_that_was_taken_is_not_due_again(tmp_path: Path) -> None:
    with journal(tmp_path) as kept:
        kept.answered([Waiting("x-0", 1.0, FIRST), Waiting("x-1", 0.0, FIRST)])
        kept.sent(kept.due(FIRST, 1))
        assert [label.prediction for label in kept.due(FIRST, 9)] == ["x-1"]
