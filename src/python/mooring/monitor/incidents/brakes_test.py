"""What holds a retraining back, and for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mooring.monitor.incidents.brakes import DAY_SECONDS
from mooring.monitor.incidents.errors import JobUnreachable, NotWaiting
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.incidents.job import Result
from mooring.monitor.incidents.testing.alarms import MODEL, NOW, alert, block
from mooring.monitor.incidents.testing.jobs import blessed
from mooring.monitor.incidents.testing.monitor import Monitor

TRUSTED = blessed(**{"ground-truth": 900})


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path)


def seen(incident: Incident | None) -> str:
    return incident.state if incident is not None else "none"


def test_the_cooldown_holds_until_it_is_over_and_the_alarm_is_not_lost(monitor: Monitor) -> None:
    ended(monitor)
    new = alert("f2", NOW + 50)

    declined = monitor.hears(new)
    assert declined.decided == "cooldown"
    assert "until 2013-06-13 10:15" in declined.why
    assert monitor.hears(new).decided == "duplicate", "the same no is counted once"
    monitor.time.passes(DAY_SECONDS)

    assert monitor.hears(new).decided == "started"


def test_no_more_than_the_cap_is_started_in_a_day(monitor: Monitor) -> None:
    monitor.with_brakes(cooldown_seconds=0.0)
    decided = []
    for number in range(4):
        decided.append(monitor.hears(alert(f"f{number}")).decided)
        monitor.step()
        monitor.fake.ends(Result(outcome="not_blessed"))
        monitor.step()

    assert decided == ["started", "started", "cap", "cap"]


def test_a_person_is_held_back_by_neither_cooldown_nor_cap(monitor: Monitor) -> None:
    monitor.with_brakes(daily_cap=1)
    ended(monitor)
    assert monitor.hears(alert("f2")).decided == "cooldown"

    decided = monitor.incidents.ask(MODEL, "Ada", "mended")

    assert (decided.decision.decided, decided.reason) == ("started", "person")
    assert monitor.incidents.ask(MODEL, "Ada").decision.decided == "duplicate"


def test_a_clock_that_is_set_back_opens_no_brake(monitor: Monitor) -> None:
    ended(monitor)

    monitor.time.wall -= 400 * DAY_SECONDS
    assert monitor.hears(alert("f2")).decided == "cooldown"
    monitor.restart()
    monitor.step(3600.0)
    assert monitor.hears(alert("f3")).decided == "cooldown"
    monitor.time.passes(DAY_SECONDS)
    assert monitor.hears(alert("f4")).decided == "started", "what has passed has passed"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"monitor": "features"}, "have a budget to retrain", id="features explain"),
        pytest.param({"monitor": "age"}, "have a budget to retrain", id="an age rule"),
        pytest.param({"version": "7"}, "not about the champion", id="another version"),
        pytest.param({"model": "nobody"}, "does not watch it", id="a model that is not watched"),
    ],
)
def test_what_may_not_retrain_is_refused(
    monitor: Monitor, changes: dict[str, Any], why: str
) -> None:
    decision = monitor.hears(alert(**changes))

    assert decision.decided == "refused"
    assert why in decision.why
    assert monitor.newest() is None


@pytest.mark.parametrize(
    ("before", "why"),
    [
        pytest.param(alert(firing=False), "was over", id="it resolved before it fired"),
        pytest.param(alert(started=NOW - 5, firing=False), "begun anew", id="it began anew since"),
    ],
)
def test_late_news_of_an_alarm_starts_nothing(
    monitor: Monitor, before: dict[str, object], why: str
) -> None:
    monitor.told(before)

    decision = monitor.hears(alert())

    assert decision.decided == "refused"
    assert why in decision.why


def test_broken_data_never_retrain(monitor: Monitor) -> None:
    monitor.broken = ("unit",)
    assert monitor.hears(alert()).decided == "blocked"
    assert monitor.incidents.ask(MODEL, "Ada").decision.decided == "blocked"
    monitor.broken = ()
    monitor.told(block())
    assert monitor.hears(alert("f2")).decided == "blocked"
    assert monitor.newest() is None

    monitor.told(block(firing=False))

    assert monitor.hears(alert()).decided == "started"


def test_a_block_in_the_same_call_comes_first(monitor: Monitor) -> None:
    assert monitor.hears(alert(), block()).decided == "blocked"


def test_a_block_between_the_request_and_the_job_holds_the_job(monitor: Monitor) -> None:
    monitor.hears(alert())
    monitor.told(block())

    held = monitor.step()
    assert held is not None
    assert (held.state, held.why) == ("requested", "held while the data look broken: DataBroken")
    assert monitor.fake.started == []

    monitor.told(block(firing=False))
    assert seen(monitor.step()) == "training"


def test_a_job_that_a_block_overtakes_ends_and_then_waits_for_a_person(monitor: Monitor) -> None:
    monitor.hears(alert())
    monitor.step()
    monitor.told(block())
    monitor.fake.ends(TRUSTED)
    waiting = monitor.step()
    assert waiting is not None
    assert waiting.why == "blessed, but the data looked broken while it trained"

    with pytest.raises(NotWaiting, match="DataBroken"):
        monitor.incidents.approve(waiting.id, "Ada")
    monitor.told(block(firing=False))
    monitor.incidents.approve(waiting.id, "Ada")

    assert seen(monitor.step()) == "challenging"


def test_a_block_that_came_and_went_between_two_looks_is_remembered(monitor: Monitor) -> None:
    monitor.hears(alert())
    monitor.step()
    monitor.time.passes(1)
    monitor.told(block())
    monitor.told(block(firing=False))
    monitor.fake.ends(TRUSTED)

    assert seen(monitor.step()) == "awaiting_approval"


def test_a_challenge_waits_for_the_end_of_a_block(monitor: Monitor) -> None:
    monitor.hears(alert())
    monitor.step()
    monitor.fake.ends(TRUSTED)
    monitor.fake.fails = JobUnreachable("nobody is there")
    assert seen(monitor.step()) == "challenging"
    monitor.fake.fails = None
    monitor.told(block())
    monitor.step()
    assert [job.kind for job in monitor.fake.started] == ["retrain"]

    monitor.told(block(firing=False))
    monitor.step()

    assert [job.kind for job in monitor.fake.started] == ["retrain", "challenge"]


def test_a_block_that_nobody_repeats_lapses(monitor: Monitor) -> None:
    monitor.told(block())
    monitor.time.passes(3 * 3600)
    monitor.told(block())
    monitor.time.passes(3 * 3600)
    assert monitor.hears(alert()).decided == "blocked"

    monitor.time.passes(2 * 3600)

    assert monitor.hears(alert()).decided == "started"


def test_an_older_block_that_comes_late_blocks_nothing(monitor: Monitor) -> None:
    monitor.told(block(started=NOW - 10, firing=False))
    monitor.told(block(started=NOW - 500))

    assert monitor.hears(alert()).decided == "started"


def ended(monitor: Monitor) -> None:
    """An incident that came to nothing."""
    monitor.hears(alert())
    monitor.step()
    monitor.fake.ends(Result(outcome="not_blessed"))
    assert seen(monitor.step()) == "not_blessed"
