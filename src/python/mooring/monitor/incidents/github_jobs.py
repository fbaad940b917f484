"""Jobs as runs of the workflow `retrain.yml`, asked for by GitHub's `repository_dispatch`.

https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event

GitHub answers 204 and no id, and would start a second run for a second question. A run is known by
its title, which `run-name` makes from the incident's id. So a question of which nobody knows
whether it arrived is not repeated: **at most once**; if no run shows up, the incident is given up
and says so.

What a run proposes is a pull request whose text names the incident. Who merges it makes the bundle
the challenger, and release.json tells so wherever the monitor's checkout is pulled.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
from pydantic import BaseModel, RootModel

from mooring.monitor.incidents.errors import JobRefused, JobUnreachable
from mooring.monitor.incidents.job import Absent, Job, Look, Result, Running
from mooring.monitor.incidents.remote import Remote

API = "https://api.github.com"
EVENT = "retrain"

# As the REST API asks for, at the version this is written against.
HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "mooring-monitor",
}

_CURE = "Give the token the right `contents: write` on this repository: docs/loop-operation.md."
_TOO_MANY = 429
_FORBIDDEN = 403
_LONGEST_PAUSE = 3600.0
# Newest first: as many incidents are not under way at once.
_PAGE = "50"
_BRANCH = re.compile(r"retrain/[a-z][a-z0-9_]*-([0-9a-f]{16})")


class _Run(BaseModel):
    """A run of a workflow."""

    id: int
    display_title: str
    status: str | None
    conclusion: str | None


class _Runs(BaseModel):
    workflow_runs: list[_Run]


class _Head(BaseModel):
    ref: str


class _Pull(BaseModel):
    """A pull request."""

    number: int
    state: str
    merged_at: str | None
    body: str | None
    head: _Head


class _Pulls(RootModel[list[_Pull]]):
    pass


@dataclass
class GitHubJobs:
    """Dispatches to `repository` ("owner/name"); `remote` is its API."""

    remote: Remote
    repository: str
    # A run is seen within seconds; GitHub's queues have been an hour late.
    settles_seconds: float | None = 3600.0
    # GitHub takes 5,000 questions an hour from one token.
    pace_seconds: float = 30.0
    monotonic: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[float, Look]] = field(default_factory=dict, init=False)
    _not_before: float = field(default=float("-inf"), init=False)

    def start(self, job: Job) -> None:
        """Dispatch, once: whoever calls has persisted that he is about to."""
        if job.kind != "retrain":
            raise JobRefused("only a merge challenges", place="GitHub", cure="Merge the proposal.")
        if self.monotonic() < self._not_before:
            raise self._limited()
        payload = {"model": job.model, "incident": job.incident}
        body = {"event_type": EVENT, "client_payload": payload}
        answer = self.remote.ask("POST", f"/repos/{self.repository}/dispatches", body)
        if _is_limited(answer):
            self._not_before = self.monotonic() + _pause(answer.headers)
            raise self._limited()
        self.remote.check(answer, _CURE)

    def look(self, job: Job) -> Look:
        """The run of the incident, and what it proposed, as it was `pace_seconds` ago at most."""
        if self.monotonic() < self._not_before:
            raise self._limited()
        asked, seen = self._seen.get(job.name, (float("-inf"), Absent()))
        if self.monotonic() - asked >= self.pace_seconds:
            asked, seen = self.monotonic(), self._look(job)
            self._seen[job.name] = asked, seen
        return seen

    def _look(self, job: Job) -> Look:
        run = self._run(job)
        if run is None:
            return Absent()
        if run.status != "completed":
            return Running()
        if run.conclusion != "success":
            why = f"run {run.id} of the workflow ended as {run.conclusion}"
            return Result(outcome="failed", reason=why)
        return self._proposal(job)

    def stop(self, job: Job) -> None:
        """Cancel the run."""
        run = self._run(job)
        if run is not None and run.status != "completed":
            path = f"/repos/{self.repository}/actions/runs/{run.id}/cancel"
            self.remote.ask("POST", path)

    def _run(self, job: Job) -> _Run | None:
        path = f"/repos/{self.repository}/actions/runs"
        found = self.remote.read(_Runs, path, event="repository_dispatch", per_page=_PAGE)
        runs = [run for run in found.workflow_runs if job.incident in run.display_title.split()]
        return runs[-1] if runs else None

    def _proposal(self, job: Job) -> Result:
        path = f"/repos/{self.repository}/pulls"
        order = {"state": "all", "sort": "created", "direction": "desc", "per_page": _PAGE}
        for pull in self.remote.read(_Pulls, path, **order).root:
            branch = _BRANCH.fullmatch(pull.head.ref)
            if branch and job.incident in (pull.body or "").split():
                return _proposed(pull, branch[1])
        return Result(outcome="not_blessed", reason="the run ended well and proposed nothing")

    def _limited(self) -> JobUnreachable:
        left = max(0.0, self._not_before - self.monotonic())
        return JobUnreachable(
            f"GitHub takes no more questions for {left:.0f} s",
            place=self.repository,
            cure="It is asked again then.",
        )


def _proposed(pull: _Pull, bundle: str) -> Result:
    name = f"pull request {pull.number}"
    if pull.state == "closed" and pull.merged_at is None:
        return Result(outcome="declined", bundle=bundle, reason=f"{name} was closed unmerged")
    return Result(outcome="proposed", bundle=bundle, reason=name)


def _is_limited(answer: httpx.Response) -> bool:
    """Whether it says no for now: 429, or 403 with the sign of a limit."""
    told = answer.headers
    marked = "retry-after" in told or told.get("x-ratelimit-remaining") == "0"
    return answer.status_code == _TOO_MANY or (answer.status_code == _FORBIDDEN and marked)


def _pause(told: Mapping[str, str]) -> float:
    """Seconds until it may be asked again; a minute where it does not say so."""
    for name, since in (("retry-after", 0.0), ("x-ratelimit-reset", time.time())):
        if told.get(name, "").isdigit():
            return min(max(float(told[name]) - since, 1.0), _LONGEST_PAUSE)
    return 60.0
