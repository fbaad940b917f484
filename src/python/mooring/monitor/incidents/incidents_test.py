"""From a webhook to an end, over a job port in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mooring.monitor.incidents.brakes import DAY_SECONDS
from mooring.monitor.incidents.errors import JobRefused, JobUnreachable, NotWaiting
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.incidents.job import Result
from mooring.monitor.incidents.payload import parse_group
from mooring.monitor.incidents.testing.alarms import NOW, alert, webhook
from mooring.monitor.incidents.testing.jobs import BUNDLE, CHALLENGER, blessed
from mooring.monitor.incidents.testing.monitor import Monitor

TRUSTED = blessed(**{"ground-truth": 900})


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(tmp_path)


def seen(incident: Incident | None) -> str:
    return incident.state if incident is not None else "none"


def test_an_alarm_leads_to_a_promotion(monitor: Monitor) -> None:
    decision = monitor.hears(alert())

    assert decision.decided == "started"
    assert seen(monitor.step()) == "training"
    monitor.fake.ends(TRUSTED)
    assert seen(monitor.step()) == "challenging"
    monitor.fake.ends(CHALLENGER)
    assert seen(monitor.step()) == "trying"
    monitor.release(challenger=BUNDLE)
    assert seen(monitor.step()) == "trying"
    monitor.promotes()
    done = monitor.step()

    assert done is not None
    assert (done.state, done.bundle, done.reason) == ("promoted", BUNDLE, "score")
    assert [job.kind for job in monitor.fake.started] == ["retrain", "challenge"]
    assert [step.state for step in done.steps] == [
        "requested", "training", "challenging", "trying", "promoted",
    ]  # fmt: skip
    assert done.ended_at is not None
    assert done.ended_at - done.alarm_at == 110.0


def test_a_withdrawn_challenger_is_an_aborted_incident(monitor: Monitor) -> None:
    monitor.release(withdrawn=(BUNDLE,))
    tried(monitor)
    assert seen(monitor.step()) == "trying", "the same bundle, withdrawn long before"

    monitor.release(withdrawn=(BUNDLE, BUNDLE))

    assert seen(monitor.step()) == "aborted"


def test_what_nobody_ends_fails(monitor: Monitor) -> None:
    tried(monitor)

    assert seen(monitor.step(15 * DAY_SECONDS)) == "failed"


@pytest.mark.parametrize(
    ("result", "state"),
    [
        pytest.param(Result(outcome="not_blessed", reason="worse"), "not_blessed", id="not better"),
        pytest.param(Result(outcome="failed", reason="no room"), "failed", id="a failure"),
        pytest.param(Result(outcome="blessed"), "failed", id="blessed, and no bundle named"),
    ],
)
def test_a_job_without_a_challenger_ends_the_incident(
    monitor: Monitor, result: Result, state: str
) -> None:
    monitor.hears(alert())
    monitor.step()
    monitor.fake.ends(result)

    assert seen(monitor.step()) == state
    assert len(monitor.fake.started) == 1


@pytest.mark.parametrize(
    "labels_by",
    [
        pytest.param({"ground-truth": 900, "a stranger": 1}, id="one label is a stranger's"),
        pytest.param({}, id="nobody knows whose labels they are"),
    ],
)
def test_labels_that_are_not_trusted_need_a_person(
    monitor: Monitor, labels_by: dict[str, int]
) -> None:
    monitor.hears(alert())
    monitor.step()
    monitor.fake.ends(blessed(**labels_by))
    waiting = monitor.step()
    assert waiting is not None
    assert waiting.state == "awaiting_approval"

    for _ in range(2):
        monitor.incidents.approve(waiting.id, "Ada")

    after = monitor.step()
    assert after is not None
    assert (after.state, after.approved_by) == ("challenging", "Ada")
    assert len(monitor.fake.started) == 2


def test_what_nobody_approves_is_given_up(monitor: Monitor) -> None:
    monitor.with_brakes(approval="person")
    monitor.hears(alert())
    monitor.step()
    monitor.fake.ends(TRUSTED)
    assert seen(monitor.step()) == "awaiting_approval"

    assert seen(monitor.step(8 * DAY_SECONDS)) == "given_up"
    newest = monitor.newest()
    assert newest is not None
    with pytest.raises(NotWaiting, match="it waits for no approval"):
        monitor.incidents.approve(newest.id, "Ada")


def test_fifty_calls_at_once_are_one_incident(monitor: Monitor) -> None:
    group = parse_group(webhook(alert()))
    with ThreadPoolExecutor(16) as threads:
        decided = [d for (d,) in threads.map(lambda _: monitor.incidents.receive(group), range(50))]

    assert [d.decision.decided for d in decided].count("started") == 1
    assert len(monitor.incidents.all()) == 1
    assert sum(counts(monitor).values()) == 50


def test_an_alarm_that_was_answered_is_never_answered_again(monitor: Monitor) -> None:
    ended(monitor)

    for days in (0, 2, 30):
        monitor.time.passes(days * DAY_SECONDS)
        again = monitor.hears(alert())
        assert again.decided == "duplicate"
        assert "its alarm has had its retraining" in again.why


def test_an_alarm_that_still_fires_asks_again_where_the_settings_say_so(monitor: Monitor) -> None:
    monitor.with_brakes(again_seconds=3 * DAY_SECONDS)
    ended(monitor)

    monitor.time.passes(2 * DAY_SECONDS)
    assert monitor.hears(alert()).decided == "duplicate"
    monitor.time.passes(2 * DAY_SECONDS)
    assert monitor.hears(alert()).decided == "started"


def test_an_alarm_that_joins_is_answered_by_the_incident_under_way(monitor: Monitor) -> None:
    monitor.hears(alert())
    joined = alert("f2", monitor="labels")
    assert monitor.hears(alert(), joined).decided == "duplicate"
    monitor.step()
    monitor.fake.ends(Result(outcome="not_blessed"))
    monitor.step()

    monitor.time.passes(2 * DAY_SECONDS)

    assert monitor.hears(alert(), joined).decided == "duplicate"
    assert monitor.hears(alert("f3", NOW + 2 * DAY_SECONDS)).decided == "started"


def test_what_takes_too_long_is_killed_and_given_up(monitor: Monitor) -> None:
    monitor.hears(alert())
    begun = monitor.step()
    assert begun is not None

    given_up = monitor.step(7300.0)

    assert seen(given_up) == "given_up"
    assert monitor.fake.stopped == [f"{begun.id}-retrain"]
    assert monitor.fake.running == set()


def test_a_job_that_crashes_is_tried_as_often_as_may_be(monitor: Monitor) -> None:
    monitor.hears(alert())
    monitor.step()
    monitor.fake.crashes()
    again = monitor.step()
    assert again is not None
    assert (again.state, again.attempt) == ("training", 2)
    monitor.fake.crashes()

    failed = monitor.step()

    assert failed is not None
    assert (failed.state, failed.why) == (
        "failed",
        "attempt 2 of 2 crashed: it ended without a result",
    )
    assert len(monitor.fake.started) == 2


def test_a_start_that_surely_failed_is_repeated_and_one_that_is_refused_is_not(
    monitor: Monitor,
) -> None:
    monitor.fake.fails = JobUnreachable("nobody is there")
    monitor.hears(alert())
    assert seen(monitor.step()) == "training"
    monitor.fake.fails = JobRefused("not allowed", cure="Give the account the role.")

    failed = monitor.step()

    assert failed is not None
    assert (failed.state, failed.why) == ("failed", "not allowed. Give the account the role.")


def tried(monitor: Monitor) -> None:
    """An incident whose challenger is being tried."""
    monitor.hears(alert())
    monitor.step()
    monitor.fake.ends(TRUSTED)
    monitor.step()
    monitor.fake.ends(CHALLENGER)
    assert seen(monitor.step()) == "trying"


def ended(monitor: Monitor) -> None:
    """An incident that came to nothing."""
    monitor.hears(alert())
    monitor.step()
    monitor.fake.ends(Result(outcome="not_blessed"))
    assert seen(monitor.step()) == "not_blessed"


def counts(monitor: Monitor) -> dict[tuple[str, str, str], int]:
    """How often what was decided."""
    with monitor.incidents.journal.reading() as work:
        return work.counts()
