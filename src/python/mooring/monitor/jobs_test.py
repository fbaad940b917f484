from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from mooring.monitor.incidents.errors import JobUnreachable
from mooring.monitor.incidents.github_jobs import GitHubJobs
from mooring.monitor.incidents.local_jobs import LocalJobs
from mooring.monitor.jobs import JobSettings, jobs_of

GITHUB = {"adapter": "github", "github": {"repository": "harbour/models", "token": "/run/token"}}
POD = {"image": "registry.example/trainer@sha256:0", "claim": "home"}


def test_without_a_word_jobs_are_processes_of_this_machine(tmp_path: Path) -> None:
    jobs = jobs_of(JobSettings(), tmp_path, {})
    assert isinstance(jobs, LocalJobs)
    assert (jobs.folder, jobs.command, jobs.commit) == (tmp_path, ("mooring",), False)


def test_github_is_asked_with_the_token_of_its_file(tmp_path: Path) -> None:
    jobs = jobs_of(JobSettings.model_validate(GITHUB), tmp_path, {})
    assert isinstance(jobs, GitHubJobs)
    assert (jobs.repository, jobs.remote.token) == ("harbour/models", Path("/run/token"))
    assert jobs.remote.url == "https://api.github.com"


def test_a_challenger_is_committed_by_local_jobs_or_by_none() -> None:
    assert JobSettings(commit=True).commit
    with pytest.raises(ValidationError, match="commit is for local jobs"):
        JobSettings.model_validate(GITHUB | {"commit": True})


def test_outside_a_cluster_there_is_nobody_to_ask(tmp_path: Path) -> None:
    settings = JobSettings.model_validate({"adapter": "kubernetes", "kubernetes": POD})
    with pytest.raises(JobUnreachable, match="in no cluster"):
        jobs_of(settings, tmp_path, {})
