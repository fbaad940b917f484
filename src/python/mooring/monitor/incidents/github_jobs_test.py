"""Retraining by a workflow of GitHub's, against a server that writes down what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mooring.monitor.incidents.brakes import Brakes
from mooring.monitor.incidents.errors import JobRefused, JobUnreachable, JobUnsure
from mooring.monitor.incidents.github_jobs import HEADERS, GitHubJobs
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.incidents.job import Absent, Job, Result, Running
from mooring.monitor.incidents.remote import Remote
from mooring.monitor.incidents.testing.alarms import alert, block
from mooring.monitor.incidents.testing.github import REPOSITORY, FakeGitHub
from mooring.monitor.incidents.testing.jobs import BUNDLE
from mooring.monitor.incidents.testing.monitor import Monitor
from mooring.monitor.incidents.testing.server import Answer, serving

JOB = Job(incident="flight_delay-1", kind="retrain", model="flight_delay")
# A run of the workflow, and the week in which somebody may merge.
BRAKES = Brakes(limit_seconds=10_000.0)


@pytest.fixture
def github() -> FakeGitHub:
    return FakeGitHub()


@pytest.fixture
def jobs(github: FakeGitHub, tmp_path: Path) -> Iterator[GitHubJobs]:
    (tmp_path / "token").write_text("a-token\n")
    with serving(github) as url:
        yield GitHubJobs(
            Remote(url, tmp_path / "token", headers=HEADERS), REPOSITORY, pace_seconds=0
        )


@pytest.fixture
def monitor(jobs: GitHubJobs, tmp_path: Path) -> Monitor:
    return Monitor(tmp_path, BRAKES, jobs)


def state(incident: Incident | None) -> str:
    return incident.state if incident is not None else "none"


def test_from_a_dispatch_to_a_merge(monitor: Monitor, github: FakeGitHub) -> None:
    name = monitor.hears(alert()).incident
    assert state(monitor.step()) == "training"
    dispatch = github.asked[0]
    assert (dispatch.method, dispatch.path) == ("POST", f"/repos/{REPOSITORY}/dispatches")
    assert dispatch.body == {
        "event_type": "retrain",
        "client_payload": {"model": "flight_delay", "incident": name},
    }
    assert dispatch.headers["x-github-api-version"] == "2022-11-28"
    github.ends()
    github.proposes()

    trying = monitor.step()
    assert trying is not None
    assert (trying.state, trying.bundle) == ("trying", BUNDLE[:16])
    github.pulls[-1] |= {"state": "closed", "merged_at": "2013-06-12T11:00:00Z"}
    assert state(monitor.step()) == "trying", "merged, and not pulled here yet"
    monitor.release(challenger=BUNDLE)
    assert state(monitor.step()) == "trying", "a canary"
    monitor.promotes()

    assert state(monitor.step()) == "promoted"
    assert len(github.dispatches) == 1


def test_a_proposal_that_is_closed_unmerged_is_an_aborted_incident(
    monitor: Monitor, github: FakeGitHub
) -> None:
    monitor.hears(alert())
    monitor.step()
    github.ends()
    github.proposes()
    monitor.step()
    github.pulls[-1] |= {"state": "closed"}

    done = monitor.step()

    assert done is not None
    assert (done.state, done.why) == ("aborted", "pull request 1 was closed unmerged")


@pytest.mark.parametrize(
    ("conclusion", "end"),
    [
        pytest.param("success", "not_blessed", id="it proposed nothing"),
        pytest.param("failure", "failed", id="it failed"),
        pytest.param("cancelled", "failed", id="somebody cancelled it"),
        pytest.param("timed_out", "failed", id="it took too long there"),
    ],
)
def test_a_run_without_a_proposal_ends_the_incident(
    monitor: Monitor, github: FakeGitHub, conclusion: str, end: str
) -> None:
    monitor.hears(alert())
    monitor.step()
    github.ends(conclusion)

    assert state(monitor.step()) == end


def test_a_question_without_an_answer_is_not_repeated(monitor: Monitor, github: FakeGitHub) -> None:
    github.hangs_up = True
    monitor.hears(alert())
    monitor.step()

    monitor.restart()
    seen = monitor.step()

    assert seen is not None
    assert (seen.state, seen.launch) == ("training", "sent"), "its run was found"
    assert len(github.dispatches) == 1


def test_a_question_that_was_lost_is_given_up_and_says_so(
    monitor: Monitor, github: FakeGitHub
) -> None:
    github.fault = lambda: Answer(502)
    monitor.hears(alert())
    assert state(monitor.step()) == "training"
    assert state(monitor.step(3000.0)) == "training"

    lost = monitor.step(1000.0)

    assert lost is not None
    assert lost.state == "given_up"
    assert lost.why.startswith("nobody knows whether it was taken: no run of it has been seen")
    assert len(github.dispatches) == 1


def test_a_monitor_that_was_killed_before_it_knew_dispatches_no_second_time(
    monitor: Monitor, github: FakeGitHub
) -> None:
    """What is persisted at that moment: about to be asked for. The question may have gone out."""
    github.fault = lambda: Answer(500)
    monitor.hears(alert())
    monitor.step()
    github.fault = lambda: None

    for _ in range(3):
        monitor.restart()
        monitor.step()
    monitor.told(block())
    suspect = monitor.step()

    assert suspect is not None
    assert suspect.suspect, "it has changed, and is not sent once more for that"
    assert len(github.dispatches) == 1


def test_a_limit_is_waited_for_and_asked_again(jobs: GitHubJobs, github: FakeGitHub) -> None:
    now = [0.0]
    jobs.monotonic = lambda: now[0]
    github.fault = lambda: Answer(403, {}, {"retry-after": "120"})
    for _ in range(3):
        with pytest.raises(JobUnreachable, match="no more questions for 120 s"):
            jobs.start(JOB)
    assert len(github.dispatches) == 1
    github.fault = lambda: None
    now[0] = 121.0

    jobs.start(JOB)

    assert jobs.look(JOB) == Running()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(Answer(401), JobRefused, id="a token that is no good"),
        pytest.param(Answer(403), JobRefused, id="a right that is missing"),
        pytest.param(Answer(404), JobRefused, id="a repository that is not there"),
        pytest.param(Answer(422), JobRefused, id="a payload that it does not take"),
        pytest.param(Answer(301, None, {"location": "/x"}), JobRefused, id="it has moved"),
        pytest.param(Answer(429), JobUnreachable, id="too many questions"),
        pytest.param(Answer(500), JobUnsure, id="an error of its own"),
    ],
)
def test_what_an_answer_means(
    jobs: GitHubJobs, github: FakeGitHub, answer: Answer, error: type[Exception]
) -> None:
    github.fault = lambda: answer

    with pytest.raises(error):
        jobs.start(JOB)


def test_a_run_that_takes_too_long_is_cancelled(monitor: Monitor, github: FakeGitHub) -> None:
    monitor.hears(alert())
    monitor.step()

    assert state(monitor.step(10_100.0)) == "given_up"
    assert github.asked[-2].path == f"/repos/{REPOSITORY}/actions/runs/1/cancel"


def test_another_incidents_run_and_proposal_are_not_this_ones(
    jobs: GitHubJobs, github: FakeGitHub
) -> None:
    jobs.start(JOB.model_copy(update={"incident": "flight_delay-10"}))
    github.ends()
    github.proposes()
    assert jobs.look(JOB) == Absent()
    jobs.start(JOB)
    github.ends()

    assert jobs.look(JOB) == Result(
        outcome="not_blessed", reason="the run ended well and proposed nothing"
    )


def test_github_is_not_asked_more_often_than_it_likes(jobs: GitHubJobs, github: FakeGitHub) -> None:
    now = [0.0]
    jobs.monotonic, jobs.pace_seconds = lambda: now[0], 30.0
    jobs.start(JOB)
    assert [jobs.look(JOB) for _ in range(9)] == [Running()] * 9
    github.ends("failure")
    now[0] = 29.0
    assert jobs.look(JOB) == Running()
    now[0] = 31.0

    assert isinstance(jobs.look(JOB), Result)
    assert len(github.asked) == 3


def test_without_a_token_nothing_is_sent(jobs: GitHubJobs, github: FakeGitHub) -> None:
    jobs.remote.token.unlink()

    with pytest.raises(JobUnreachable, match="there is no token"):
        jobs.start(JOB)
    assert github.asked == []


def test_nobody_there_is_surely_not_started(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-token")
    with serving(lambda _: None) as url:
        pass

    with pytest.raises(JobUnreachable, match="it was not reached"):
        GitHubJobs(Remote(url, tmp_path / "token"), REPOSITORY).start(JOB)
