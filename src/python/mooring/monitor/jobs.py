"""Where retrainings run: the table `[jobs]` of the settings, and the adapter that it names.

[jobs]
adapter = "kubernetes"

[jobs.kubernetes]
image = "registry.example/mooring/trainer@sha256:…"
claim = "mooring-home"
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mooring.monitor.incidents.github_jobs import API, HEADERS, GitHubJobs
from mooring.monitor.incidents.job import Jobs
from mooring.monitor.incidents.kubernetes_jobs import KubernetesJobs, in_cluster
from mooring.monitor.incidents.local_jobs import MOORING, LocalJobs
from mooring.monitor.incidents.manifest import Pod
from mooring.monitor.incidents.remote import Remote

_CLOSED = ConfigDict(frozen=True, extra="forbid")

Adapter = Literal["local", "kubernetes", "github"]
Url = Annotated[str, Field(pattern=r"^https://[^\s?#@]+[^\s?#@/]$")]


class GitHubSettings(BaseModel):
    """A repository whose workflow `retrain.yml` trains; `token` is the file of its token."""

    model_config = _CLOSED

    repository: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$")]
    token: Path
    api: Url = API


class JobSettings(BaseModel):
    """How a retraining is started: `command` is what stands before the name of a local job, which
    with `commit` records a challenger in git.
    """

    model_config = _CLOSED

    adapter: Adapter = "local"
    command: Annotated[tuple[str, ...], Field(min_length=1)] = MOORING
    commit: bool = False
    kubernetes: Pod | None = None
    github: GitHubSettings | None = None

    @model_validator(mode="after")
    def _is_described(self) -> Self:
        if self.adapter == "kubernetes" and self.kubernetes is None:
            raise ValueError("adapter kubernetes needs the table [jobs.kubernetes]")
        if self.adapter == "github" and self.github is None:
            raise ValueError("adapter github needs the table [jobs.github]")
        if self.commit and self.adapter != "local":
            raise ValueError("commit is for local jobs: those of others have no checkout")
        return self


def jobs_of(settings: JobSettings, folder: Path, environ: Mapping[str, str]) -> Jobs:
    """The adapter; `folder` is where local jobs, and those of a cluster, leave their results.

    Raises JobUnreachable for a cluster that this process is not in.
    """
    if settings.adapter == "kubernetes" and settings.kubernetes is not None:
        remote, namespace = in_cluster(environ)
        return KubernetesJobs(remote, namespace, settings.kubernetes, folder)
    if settings.adapter == "github" and settings.github is not None:
        hub = settings.github
        return GitHubJobs(Remote(hub.api, hub.token, headers=HEADERS), hub.repository)
    return LocalJobs(folder, settings.command, commit=settings.commit)
