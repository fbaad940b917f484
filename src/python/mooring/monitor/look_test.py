"""Looks in this process: what is counted, judged and shown, and what an early end leaves."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from mooring.bundle.errors import BundleError
from mooring.monitor.errors import Unwatchable
from mooring.monitor.judging.testing.rides import FIRST, Rides
from mooring.monitor.look import Stopped
from mooring.monitor.testing.monitor import Clock, Monitor
from mooring.monitor.testing.world import MODEL, World

# The day of the first row belongs to nobody: another version may have answered a part of it.
SECOND = FIRST + timedelta(days=1)
NEXT = SECOND + timedelta(days=7)
SCORE = f"mooring_drift_evidence_log10{{model={MODEL},monitor=score,version=3}}"
ALARM = f"mooring_drift_threshold_log10{{model={MODEL},monitor=score,version=3}}"
ROWS = 100


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, Rides(rows=ROWS))
    world.promote()
    return world


@pytest.fixture
def monitor(world: World) -> Iterator[Monitor]:
    with Monitor(world) as monitor:
        yield monitor


def longer(rows: pl.DataFrame) -> pl.DataFrame:
    """Every ride is longer, and the answers say so."""
    return rows.with_columns(prediction=(pl.col("prediction") * 0.3 + 0.7))


def test_a_window_is_judged_once_a_later_day_has_begun(world: World, monitor: Monitor) -> None:
    world.log(FIRST, 8)
    assert monitor.look().window is None
    world.log(NEXT, 1)
    window = monitor.look().window
    assert window is not None
    assert (window.window.start, window.rows) == (SECOND, 7 * ROWS)
    assert monitor.look().cohort is None


def test_a_cohort_is_judged_when_its_labels_have_had_their_time(
    world: World, monitor: Monitor
) -> None:
    world.log(FIRST, 12)
    cohort = monitor.look().cohort
    assert cohort is not None
    assert (cohort.labelled, cohort.coverage) == (7 * ROWS, 1.0)


def test_who_looks_late_gathers_what_who_looked_daily_did(tmp_path: Path) -> None:
    daily, late = (World(tmp_path / name, Rides(rows=ROWS)) for name in ("daily", "late"))
    for world in (daily, late):
        world.promote()
    with Monitor(daily) as monitor:
        for day in range(26):
            daily.log(FIRST + timedelta(days=day), 1)
            monitor.look()
        gathered = monitor.judged()
    late.log(FIRST, 26)
    with Monitor(late) as monitor:
        monitor.look()
        assert monitor.judged() == gathered
    # Three weeks have closed, and their labels have had their time.
    assert len(gathered) == 6


def test_another_look_and_another_start_change_nothing(world: World) -> None:
    world.log(FIRST, 12)
    with Monitor(world) as monitor:
        first = monitor.shown()
        again = monitor.shown()
    with Monitor(world) as started:
        after = started.shown()
    moving = f"mooring_drift_last_run_timestamp_seconds{{model={MODEL}}}"
    for shown in (first, again, after):
        shown.pop(moving)
    assert first == again == after
    assert first[f"mooring_monitor_rows_total{{model={MODEL}}}"] == 12 * ROWS


def test_rows_and_labels_that_come_later_are_counted_into_their_day(
    world: World, monitor: Monitor
) -> None:
    world.log(FIRST, 3, labelled=False)
    assert monitor.look().awaiting == 3 * ROWS
    world.log_labels(SECOND)
    assert monitor.look().awaiting == 2 * ROWS


def test_a_drifted_score_alarms_and_a_new_champion_begins_without_evidence(
    world: World, monitor: Monitor
) -> None:
    world.rides = world.rides.that(longer)
    world.log(FIRST, 9)
    shown = monitor.shown()
    assert shown[SCORE] >= shown[ALARM]
    world.promote(4, seed=1)
    shown = monitor.shown()
    assert not [name for name in shown if "version=3" in name]
    of_four = shown[SCORE.replace("version=3", "version=4")]
    assert of_four < shown[ALARM.replace("version=3", "version=4")]


def test_a_champion_that_returns_has_no_evidence_of_its_first_reign(
    world: World, monitor: Monitor
) -> None:
    world.rides = world.rides.that(longer)
    world.log(FIRST, 9)
    assert monitor.look().evidence.alarms == ("score",)
    world.promote(4, seed=1)
    monitor.look()
    world.promote(3)
    view = monitor.look()
    assert (view.version, view.evidence.alarms, view.window) == (3, (), None)


def test_while_no_label_ever_came_it_is_known_how_long_predictions_wait(world: World) -> None:
    name = f"mooring_label_last_timestamp_seconds{{model={MODEL}}}"
    with Monitor(world, clock=Clock(lead=-3600.0)) as monitor:
        assert name not in monitor.shown()
        world.log(FIRST, 1, labelled=False)
        began = monitor.shown()[name]
        assert began == pytest.approx(time.time() - 3600.0, abs=600.0)
        world.log(SECOND, 1, labelled=False)
        assert monitor.shown()[name] == began
        world.log(SECOND + timedelta(days=1), 1)
        assert monitor.shown()[name] > began


def test_rows_of_the_future_close_no_window_and_are_told(
    world: World, monitor: Monitor, caplog: pytest.LogCaptureFixture
) -> None:
    world.log(FIRST, 4)
    world.log(datetime.now(UTC).date() + timedelta(days=40), 1)
    with caplog.at_level(logging.WARNING):
        assert monitor.look().window is None
    (told,) = (record for record in caplog.records if "future" in record.message)
    assert vars(told)["rows"] == ROWS


def test_a_clock_that_goes_backwards_changes_nothing(world: World) -> None:
    world.log(FIRST, 9)
    clock = Clock()
    with Monitor(world, clock) as monitor:
        before = monitor.look()
        clock.lead = -10 * 365 * 86_400.0
        world.log(NEXT + timedelta(days=1), 1)
        after = monitor.look()
    assert before.window == after.window
    assert after.awaiting == before.awaiting


def test_broken_data_are_shown_while_a_day_is_broken_that_would_be_learned_from(
    world: World, monitor: Monitor
) -> None:
    sound = world.rides
    world.rides = sound.that(lambda rows: rows.with_columns(distance=pl.col("distance") * 100))
    world.log(FIRST, 3)
    assert monitor.look().broken == {"unit"}
    world.rides = sound
    world.log(FIRST + timedelta(days=3), 6)
    assert monitor.look().broken == {"unit"}
    world.log(FIRST + timedelta(days=9), 1)
    assert monitor.look().broken == frozenset()


def test_an_early_end_leaves_whole_days_and_the_next_look_goes_on(world: World) -> None:
    world.log(FIRST, 12)
    asked = iter([False, False, True])
    with Monitor(world) as monitor, pytest.raises(Stopped):
        monitor.look_at.at(MODEL, lambda: next(asked))
    with Monitor(world) as monitor:
        view = monitor.look()
    assert view.window is not None
    assert view.window.rows == 7 * ROWS


def test_the_log_is_taken_over_even_while_its_champion_cannot_be_watched(
    world: World, monitor: Monitor
) -> None:
    world.log(FIRST, 9)
    world.promote(reference=False)
    with pytest.raises(Unwatchable, match=r"no reference\.json"):
        monitor.look()
    assert not list(world.home.glob(f"predictions/{MODEL}/*/*.segment"))
    world.promote()
    window = monitor.look().window
    assert window is not None
    assert window.rows == 7 * ROWS


def test_a_bundle_that_is_not_what_the_release_names_is_refused(
    world: World, monitor: Monitor
) -> None:
    for path in world.models.glob(f"{MODEL}/bundles/*/reference.json"):
        path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BundleError):
        monitor.look()


def test_an_alarm_that_is_set_higher_stands_beside_what_has_gathered(world: World) -> None:
    world.rides = world.rides.that(longer)
    world.log(FIRST, 9)
    with Monitor(world) as monitor:
        before = monitor.look()
    world.toml = "[defaults.watching]\nbudget_windows = 1e6"
    with Monitor(world) as monitor:
        after = monitor.look()
    assert before.evidence.alarms == ("score",)
    assert after.evidence.alarms == ()
    gathered = [v.evidence.shown()["score"].evidence_log10 for v in (before, after)]
    assert gathered[0] == gathered[1]


def test_windows_of_another_length_follow_those_that_were_judged(world: World) -> None:
    world.log(FIRST, 9)
    with Monitor(world) as monitor:
        monitor.look()
    world.toml = "[defaults.watching]\nwindow_days = 3\nleast_rows = 100"
    world.log(NEXT + timedelta(days=1), 3)
    with Monitor(world) as monitor:
        window = monitor.look().window
    assert window is not None
    assert (window.window.start, window.window.end) == (NEXT, NEXT + timedelta(days=3))


def test_a_model_without_a_champion_is_left_alone(world: World, monitor: Monitor) -> None:
    world.withdraw()
    assert monitor.look_at.at(MODEL, lambda: False) is None


def test_a_routing_document_that_says_something_else_is_shown(
    world: World, monitor: Monitor
) -> None:
    bundle = world.promote()
    assert monitor.look().facts.differs
    world.route(bundle)
    assert not monitor.look().facts.differs
    world.route(bundle, version=9)
    assert monitor.look().facts.differs


def test_the_tables_forget_days_that_are_too_old(world: World) -> None:
    world.log(FIRST, 2)
    world.log(FIRST + timedelta(days=40), 1)
    world.toml = "[defaults]\nkeep_days = 30"
    with Monitor(world) as monitor:
        view = monitor.look()
        assert monitor.look_at.settings == replace(world.settings)
    assert [*world.kept_days()] == [FIRST + timedelta(days=40)]
    assert view.collected.totals.predictions == 3 * ROWS
